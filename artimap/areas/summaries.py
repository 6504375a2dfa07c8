"""The sentences of embedded reports in other languages; words of a user's own stay as they were written.

A sentence is looked up by its English text, so that one that is changed in ``reports.csv`` falls back to what the
columns tell until it is told anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from artimap.areas import embedded
from artimap.core.i18n import own_words
from artimap.core.vocab import Lang


@cache
def _sentences(lang: str) -> Mapping[str, str]:
    """Give the summaries of all embedded reports, with that in the language; empty where there is none."""
    found: dict[str, str] = {}
    for path in sorted(embedded.data_root().glob("*/manifest.json")):
        area, told = path.parent.name, f"summaries_{lang}"
        names = {entry.name for entry in embedded.embedded(area).layers}
        if "reports" not in names:
            continue
        reports = embedded.read_table(area, "reports")
        own: dict[str, str] = {}
        if told in names:
            table = embedded.read_table(area, told)
            own = dict(zip(table["report_id"], table["summary"], strict=True))
        found |= {text: own.get(one, "") for one, text in zip(reports["report_id"], reports["summary"], strict=True)}
    return found


def summary_words(text: str, lang: str) -> str:
    """Give what an event's summary or a statement says in a language.

    Parameters
    ----------
    text
        The sentence, as the table has it.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.

    Returns
    -------
    str
        The sentence in the language; empty where an embedded one is not told in it, so that the line of facts
        (kind, place, day, harm) stands alone; a user's own words as a quotation.

    Examples
    --------
    >>> summary_words("Forty or more dead and houses burned.", "fr")
    'Quarante morts ou plus et des maisons brûlées.'
    >>> summary_words("Forty or more dead and houses burned.", "ht")
    ''
    """
    if lang == Lang.EN or not text:
        return text
    told = _sentences(Lang(lang).value).get(text)
    return own_words(text, lang) if told is None else told
