"""What ACLED, UCDP and plain words call what happened, and what artimap calls it."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

import pandas as pd

from artimap.core.schema import TEXT
from artimap.core.vocab import EventKind
from artimap.sources.raw_table import folded

# "camion attaqué" is an ambush before it is an attack, so the order matters. Attack on civilians is
# last: its words are in nearly every report.
_WORDS: Final[tuple[tuple[EventKind, str], ...]] = (
    (EventKind.CHECKPOINT_REPORT, r"check ?point|poste de controle|pos kontwol|barraj|barraz|barye"),
    (EventKind.EXTORTION_OR_TOLL, r"toll|extort|peage|rancon[a-z]* (sur|de) la route|racket|peyaj|taxe"),
    (EventKind.ROAD_AMBUSH, r"ambush|embuscade|anbiskad|hijack|car ?jack|detourne|camion attaqu|truck attack"),
    (EventKind.ABDUCTION, r"abduct|kidnap|enleve|sequestr|hostage|otage|kidnape"),
    (EventKind.DISPLACEMENT, r"displace|deplace|fuite|flee|fled|deplase"),
    (EventKind.ARSON, r"arson|incendi|burn|fire|pillage|loot|property|boule|dife|destruction"),
    (
        EventKind.ROAD_CLOSURE,
        r"road ?(block|clos)|route (bloqu|coup|barr)|barricade|barikad|block(ed)? road|barrage|bloc(age|us)|blok",
    ),
    (EventKind.POLICE_OPERATION, r"police op|operation|arrest|raid|interpell"),
    (EventKind.ARMED_CLASH, r"clash|affrontement|fight|battle|shoot ?out|fusillade|combat|gun ?fire|echange de tirs"),
    (EventKind.PROTEST, r"protest|manifest|demonstr|riot|strike|greve|emeute"),
    (EventKind.DEPLOYMENT, r"deploy|deploiement"),
    (EventKind.CONTROL_REPORT, r"control|presence|occupation|prise de|base"),
    (
        EventKind.ATTACK_ON_CIVILIANS,
        r"attack|attaque|massacre|murder|kill|assassin|shooting|homicide|meurtre|tue|viol|rape|atak",
    ),
)
"""Words of free text, the more telling ones first. Accents are taken off before looking."""


@cache
def crosswalk() -> pd.DataFrame:
    """Give the table that leads from ACLED's and UCDP's kinds to artimap's.

    Returns
    -------
    DataFrame
        ``acled_event``, ``acled_sub_event`` (null: any other of that event type), ``ucdp_type``
        (types of violence, joined by ``"; "``), ``kind``, ``match`` (``exact``, ``closest``, or
        ``none`` where neither source has the kind) and ``note``.
    """
    with resources.files("artimap.sources").joinpath("crosswalk.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, dtype=TEXT)


@cache
def _by_words() -> tuple[dict[str, EventKind], dict[str, EventKind]]:
    table = crosswalk()
    # Rows without a sub-event hold for every other one of that event type.
    whole = table[table["acled_sub_event"].isna() & table["acled_event"].notna()]
    fine = table[table["acled_sub_event"].notna()]
    sub = {folded(text): EventKind(kind) for text, kind in zip(fine["acled_sub_event"], fine["kind"], strict=True)}
    main = {folded(text): EventKind(kind) for text, kind in zip(whole["acled_event"], whole["kind"], strict=True)}
    return sub, main


def kind_of_acled(event: str | None, sub_event: str | None) -> EventKind | None:
    """Give the kind for ACLED's event and sub-event type; None where neither is known.

    >>> kind_of_acled("Violence against civilians", "Abduction/forced disappearance").value
    'abduction'
    """
    sub, main = _by_words()
    # "Other" stands under several event types: there the event type says more.
    if sub_event is not None and folded(sub_event) in sub and folded(sub_event) != "other":
        return sub[folded(sub_event)]
    if event is not None and folded(event) in main:
        return main[folded(event)]
    return sub.get(folded(sub_event)) if sub_event is not None else None


UCDP_KINDS: Final = {
    1: EventKind.ARMED_CLASH,
    2: EventKind.ARMED_CLASH,
    3: EventKind.ATTACK_ON_CIVILIANS,
}
"""UCDP's types of violence: state-based, between other groups, one-sided."""


@cache
def kind_of_words(text: str) -> EventKind | None:
    """Give the kind that a word or phrase speaks of, in English, French or Kreyòl; None if unsure.

    >>> kind_of_words("Enlèvement de passagers").value, kind_of_words("concert")
    ('abduction', None)
    """
    plain = folded(text)
    if plain in {kind.value for kind in EventKind}:
        return EventKind(plain)
    known = kind_of_acled(text, text)
    if known is not None:
        return known
    # ASCII only: accents go, and so do letters that NFKD does not part.
    bare = pd.Series([text]).str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii").iloc[0].lower()
    for kind, pattern in _WORDS:
        # Open at the end, so that "attaque" finds "attaquent" too.
        if re.search(rf"\b(?:{pattern})", bare):
            return kind
    return None
