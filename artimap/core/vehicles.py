"""Kinds of vehicle in the words that people write for them."""

from __future__ import annotations

import difflib
import re
from typing import Final

from artimap.core.errors import ModelError
from artimap.core.text import unaccented
from artimap.core.vocab import Vehicle

_WORDS: Final[tuple[tuple[Vehicle, str], ...]] = (
    (Vehicle.AMBULANCE, r"ambulan"),
    # "un" is the article of French words too, and then no organisation.
    (
        Vehicle.HUMANITARIAN,
        r"humanit|imanit|\b(o?ngs?|ngos?|onu)\b|\bun\b(?! (camion|(mini)?bus|taxi|4|semi|gros))",
    ),
    (
        Vehicle.CONTAINER_TRUCK,
        r"container|conteneu|kontene|semi|(20|40|45) ?(pieds?|foot|feet|ft|pye)\b|remorque|trailer",
    ),
    (Vehicle.TRUCK, r"truck|camion|kamyon|poids lourd|\blorr"),
    (Vehicle.MOTORCYCLE, r"\bmoto|taxi ?moto"),
    (Vehicle.MINIBUS, r"mini ?bus|minibis|tap ?tap|\bvan\b"),
    (Vehicle.PUBLIC_TRANSPORT, r"public|piblik|transport en commun"),
    (Vehicle.BUS, r"\b(auto)?bus\b|\bbis\b|autocar"),
    (Vehicle.FOUR_BY_FOUR, r"\b4 ?[x×*] ?4|4wd|\bfour (by|wheel)|tout ?terrain|jeep|pick ?up"),
    (Vehicle.ON_FOOT, r"\bfoot\b|pied|\bapye\b|pieton|pyeton|walk"),
    (Vehicle.CAR, r"\bcars?\b|voiture|machin|vwati|leger"),
    (Vehicle.ANY, r"\b(any|all|every|tous?|toute?s?|chak)\b"),
)  # fmt: skip


def vehicle_of_words(text: str) -> Vehicle | None:
    """Give the kind of vehicle that words name, in English, French or Kreyòl; None where they name none.

    >>> vehicle_of_words("camions de riz").value, vehicle_of_words("taxi-moto").value
    ('truck', 'motorcycle')
    >>> vehicle_of_words("truck_20ft").value, vehicle_of_words("camion 40 pieds").value, vehicle_of_words("boat")
    ('container_truck', 'container_truck', None)
    """
    # A cell may hold a page: what it is of stands at its beginning.
    plain = " ".join(re.sub(r"[-‐‑_]", " ", unaccented(text[:200])).casefold().split())
    if plain.replace(" ", "_") in set(Vehicle):
        return Vehicle(plain.replace(" ", "_"))
    return next((kind for kind, words in _WORDS if re.search(words, plain)), None)


def vehicle_of(word: str) -> Vehicle:
    """Read a kind of vehicle: a word of :class:`artimap.core.vocab.Vehicle`, or as people write it.

    Raises
    ------
    ModelError
        If it names none; the message lists what there is, with the nearest.

    Examples
    --------
    >>> vehicle_of("4x4").value, vehicle_of("moto").value
    ('four_by_four', 'motorcycle')
    >>> vehicle_of("trukc")
    Traceback (most recent call last):
    ...
    artimap.core.errors.ModelError: 'trukc' is no vehicle that posts tell apart: did you mean 'truck'? There is: \
on_foot, motorcycle, car, four_by_four, minibus, bus, public_transport, truck, container_truck, ambulance, \
humanitarian, any
    """
    given: object = word  # whatever a caller without types gives
    found = vehicle_of_words(given) if isinstance(given, str) else None
    if found is None:
        near = difflib.get_close_matches(str(word).casefold(), [one.value for one in Vehicle], n=1)
        hint = f": did you mean {near[0]!r}? There is" if near else "; there is"
        msg = f"{word!r} is no vehicle that posts tell apart{hint}: {', '.join(Vehicle)}"
        raise ModelError(msg)
    return found
