"""What ACLED, UCDP and plain words call what happened, and what artimap calls it."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final, TypeVar

import pandas as pd

from artimap.core.schema import TEXT
from artimap.core.text import unaccented
from artimap.core.vocab import CheckpointKind, EventKind
from artimap.sources.raw_table import folded

_Kind = TypeVar("_Kind", bound=str)

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

    Examples
    --------
    >>> import artimap as am
    >>> am.crosswalk().columns.tolist()[:3]
    ['acled_event', 'acled_sub_event', 'ucdp_type']
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


_POST_WORDS: Final[tuple[tuple[CheckpointKind, str], ...]] = (
    (CheckpointKind.TOLL, r"\btolls?\b|peage|peyaj|tax|rancon"),
    (CheckpointKind.POLICE_POST, r"polic|polis|\bpnh\b"),
    (CheckpointKind.SEARCH_POST, r"search|fouill?|controle|kontwol|verification"),
    (CheckpointKind.BARRICADE, r"barric|barikad|habitant|resident"),
    (CheckpointKind.PROTEST, r"protest|manif"),
    (CheckpointKind.ROADBLOCK, r"block|barrage|barrag|bara[jz]|barye|barriere|checkpoint|\bposte?s?\b|\bpos\b"),
)
_CURRENCY_WORDS: Final[tuple[tuple[str, str], ...]] = (
    ("HTG", r"\bhtg\b|gourde|\bg(ou)?des?\b|\bgd[e]?s?\b|\bgoud\b"),
    ("USD", r"\busd\b|dolla|dola\b|\bus\b|\$"),
    ("DOP", r"\bdop\b|peso"),
)


def _first(text: str, table: tuple[tuple[_Kind, str], ...]) -> _Kind | None:
    # A cell may hold a page: what it is of stands at its beginning.
    plain = unaccented(text[:200]).replace("-", " ").casefold()
    return next((kind for kind, words in table if re.search(words, plain)), None)


def post_kind_of_words(text: str) -> CheckpointKind | None:
    """Give the kind of post that words name; None where they name none.

    >>> post_kind_of_words("barrage / péage illégal").value, post_kind_of_words("Baraj").value
    ('toll', 'roadblock')
    """
    return _first(text, _POST_WORDS)


def currency_of_words(text: str) -> str | None:
    """Give the ISO code of the currency that words name; None where they name none.

    >>> currency_of_words("2500 gdes"), currency_of_words("US$ 20"), currency_of_words("2500")
    ('HTG', 'USD', None)
    """
    return _first(text, _CURRENCY_WORDS)


_AMOUNT: Final = re.compile(r"\d+(?:[ .,’'\u00a0\u202f]\d{3})*(?!\d)(?:[.,]\d{1,2}(?!\d))?")


def amount_of_words(text: str) -> tuple[float, float | None] | None:
    """Give the least and greatest amount that words state; None where they state none.

    The greatest is null where the words say "at least".

    >>> amount_of_words("2 500 gdes"), amount_of_words("500 à 1000"), amount_of_words("plus de 1,500 HTG")
    ((2500.0, 2500.0), (500.0, 1000.0), (1500.0, None))
    """
    plain = unaccented(text[:200])
    found = [float(_plain_number(one)) for one in _AMOUNT.findall(plain)[:2]]
    if not found:
        return None
    open_end = re.search(r"\+|plus d|more than|at least|au moins|omwen|pi(s)? ke|plis pase", plain.casefold())
    if len(found) == 1 and open_end:
        return found[0], None
    return min(found), max(found)


def _plain_number(text: str) -> str:
    whole = re.sub(r"[ .,’'\u00a0\u202f](?=\d{3}(?!\d))", "", text)
    return whole.replace(",", ".")
