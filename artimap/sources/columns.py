"""Reading columns of text as days, numbers and words: one decision for the whole column, told to the reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from artimap.core.arrays import Bools
from artimap.core.errors import DataError
from artimap.core.schema import DAY, TEXT
from artimap.core.text import unaccented
from artimap.core.vocab import Party, Sensitivity
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import distinct, spread_out

# Each pattern takes what the ones before it left. An hour after the day is allowed and dropped, but no other words:
# "2024-10-03 to 2024-10-05" is a span, and a day alone would say more than is known.
_HOUR: Final = (
    r"(?:[T ,]+\d{1,2}(?:[:h.]\d{0,2})?(?:[:.]\d{1,2})?(?:[.,]\d+)?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{0,2})?)?"
)
_ISO: Final = rf"^(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_HOUR}$"
_STRICT: Final = rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}{_HOUR}"
_UTC: Final = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)? ?(?:Z|UTC|GMT|[+-]00:?00)"
_COMPACT: Final = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
_PARTS: Final = rf"^(\d{{1,2}})[-/. ](\d{{1,2}})[-/. ](\d{{4}}|\d{{2}}){_HOUR}$"
_RUINED: Final = r"\d{1,2}:\d{2}(?:\.\d+)?"
A_DAY: Final = rf"^(?:\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_HOUR}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}{_HOUR}|\d+)$"
"""What is a day in numbers and nothing else: nearly all cells of most files."""
# Before the day may stand its weekday or an article, and no other word: "before 3 October" is no day.
_WEEKDAY: Final = (
    r"(?:(?:le|on|the|the day|lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun|len|mad|mek|jed|van|dim)"
    r"(?:di|edi|credi|dredi|manche|anch|day|sday|nesday|rsday|urday|urdi|kredi)?\.?,? ){0,2}"
)
_WORDS: Final = (
    rf"^(?i:{_WEEKDAY})(\d{{1,2}})(?:er|st|nd|rd|th)?[-/. ]+([A-Za-zÀ-ÿ]{{2,10}})\.?,?[-/. ]+(\d{{4}}|\d{{2}})$"
)
_WORDS_US: Final = rf"^(?i:{_WEEKDAY})([A-Za-zÀ-ÿ]{{2,10}})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})$"
# Day numbers of spreadsheets from 1954 to 2064: shorter numbers are years or counts.
_SERIAL: Final = r"^([2-5]\d{4})(?:\.\d+)?$"
_MONTHS: Final = {
    "jan": 1, "fev": 2, "feb": 2, "mar": 3, "mas": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5,
    "jun": 6,
    "juin": 6, "jen": 6, "jul": 7, "juil": 7, "jiy": 7, "aug": 8, "aou": 8, "out": 8, "sep": 9, "oct": 10,
    "okt": 10, "nov": 11, "dec": 12, "des": 12, "me": 5,
}  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_SPREADSHEET_DAY_ZERO = np.datetime64("1899-12-30")
STEPS: Final = MappingProxyType(
    {
        Sensitivity.LOW.value: "low minor faible bas basse fèb ba piti",
        Sensitivity.MODERATE.value: "moderate medium modéré modérée moyen moyenne modere mwayen mwayenn",
        Sensitivity.HIGH.value: "high élevé élevée haut haute fort forte important importante wo elve fò gwo",
        # What stands between high and severe is read as severe: the slip that harms nobody.
        Sensitivity.SEVERE.value: "severe critical extreme very_high sévère grave critique extrême très_élevé"
        " très_élevée très_haut très_haute très_fort très_forte grav sevè kritik ekstrèm trè_wo wo_anpil grav_anpil"
        " trè_grav",
    }
)
"""Steps of sensitivity as people write them in English, French and Kreyòl."""
PARTIES: Final = MappingProxyType(
    {
        Party.YES.value: "yes y true oui o vrai wi vre",
        Party.NO.value: "no n false non faux fo",
        Party.UNKNOWN.value: "unknown not_known ? inconnu inconnue pas_connu ne_sait_pas nsp enkoni pa_konnen",
    }
)
"""Whether somebody is a party, as people write it in the three languages."""
_NOTHING: Final = frozenset({"", "nan", "na", "n/a", "null", "none", "-", "nat", "#n/a"})


@dataclass(frozen=True, slots=True)
class Days:
    """A column read as days, and in which order its parts stand."""

    days: pd.Series
    order: str
    note: str | None


def present(texts: pd.Series) -> pd.Series:
    """Trim texts; blanks and the usual words for "no value" become missing."""
    plain = texts.astype(TEXT).str.strip()
    return plain.mask(plain.str.lower().isin(_NOTHING))


def month_of(word: str) -> float:
    """Give the month that a word names in English, French or Kreyòl; NaN where it names none."""
    low = unaccented(word)
    # Four letters first: "juin" and "juil" begin alike. Weekdays such as "mardi" are no months.
    for length in () if low.endswith("di") else (4, 3):
        if low[:length] in _MONTHS and (len(low) > 2 or low in _MONTHS):
            return float(_MONTHS[low[:length]])
    return np.nan


def _century(years: pd.Series) -> pd.Series:
    """Give years of two figures those of this century: 0001 is no 2001."""
    numbers = years.astype("float64")
    return numbers.mask(years.astype(str).str.len() == 2, numbers + 2000)


def _dates(year: Any, month: Any, day: Any, index: pd.Index) -> pd.Series:
    parts = pd.DataFrame({"year": year, "month": month, "day": day}, index=index).astype("float64")
    # Parts that are missing or out of range go out here, since whole numbers cannot hold them. 31 June
    # passes, and to_datetime leaves it missing.
    fits = parts["year"].between(_FIRST_YEAR, _LAST_YEAR) & parts["month"].between(1, 12) & parts["day"].between(1, 31)
    out = pd.Series(np.datetime64("NaT", "s"), index=index, dtype=DAY)
    if fits.any():
        good = parts[fits].astype("int64")
        text = (
            good["year"].astype(str).str.zfill(4) + "-" + good["month"].astype(str).str.zfill(2)
            + "-" + good["day"].astype(str).str.zfill(2)
        )  # fmt: skip
        out[fits] = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype(DAY)
    return out


def _days_of(texts: pd.Series, weight: np.ndarray[Any, Any], name: str, order: str | None) -> Days:
    out = pd.Series(np.datetime64("NaT", "s"), index=texts.index, dtype=DAY)
    seen: dict[str, float] = {}
    note: str | None = None

    def take(pattern: str, how: str, read: Callable[[pd.DataFrame], pd.Series]) -> None:
        parts = texts[out.isna()].str.extract(pattern)
        parts = parts[parts[0].notna()]
        if len(parts):
            days = read(parts)
            out[parts.index] = days
            seen[how] = float(weight[texts.index.get_indexer(parts.index)].sum())

    take(_ISO, "yyyy-mm-dd", lambda p: _dates(p[0], p[1], p[2], p.index))
    take(_COMPACT, "yyyymmdd", lambda p: _dates(p[0], p[1], p[2], p.index))
    take(_WORDS, "day month in words", lambda p: _dates(_century(p[2]), p[1].map(month_of), p[0], p.index))
    take(_WORDS_US, "day month in words", lambda p: _dates(p[2], p[0].map(month_of), p[1], p.index))
    parts = texts[out.isna()].str.extract(_PARTS)
    parts = parts[parts[0].notna()]
    if len(parts):
        # Only days above 12 tell the order. They are counted by rows and not by distinct texts, so that
        # one typing error cannot turn a whole column round.
        first, second = parts[0].astype("int64"), parts[1].astype("int64")
        weights = weight[texts.index.get_indexer(parts.index)]
        day_first = float(weights[(first > 12).to_numpy()].sum())
        month_first = float(weights[(second > 12).to_numpy()].sum())
        how, note = _part_order(day_first, month_first, name, order)
        # The same order for every row, also for those that would fit the other: half a column read the
        # other way would be wrong without a trace.
        day, month = (first, second) if how == "dd-mm-yyyy" else (second, first)
        out[parts.index] = _dates(_century(parts[2]), month, day, parts.index)
        seen[how] = float(weights.sum())
    # Last: a bare number is a day only if nothing else fits.
    take(_SERIAL, "spreadsheet day numbers", _from_serial)
    # The commonest notation names the column.
    return Days(out, max(seen, key=lambda how: seen[how]) if seen else "no day", note)


def numeric_order(texts: pd.Series) -> str | None:
    """Tell by all dates of numbers in some texts whether day or month stands first; null where nothing tells."""
    parts = texts.str.extractall(r"(?<!\d)(\d{1,2})[-/. ](\d{1,2})[-/. ](?:\d{4}|\d{2})(?!\d)")
    if not len(parts):
        return None
    day_first, month_first = (int((parts[at].astype("int64") > 12).sum()) for at in (0, 1))
    return None if day_first == month_first else "dd-mm-yyyy" if day_first > month_first else "mm-dd-yyyy"


def _local(texts: pd.Series, zone: str | None) -> pd.Series:
    """Turn moments in UTC into the day that it was where they happened.

    Midnight stays: it is how a day alone is written.
    """
    if zone is None:
        return texts
    utc = texts.str.fullmatch(_UTC).fillna(value=False).astype(bool)
    utc &= ~texts.str.contains(r"[T ]00:00(?::00(?:\.0+)?)? ?[ZUG+-]", regex=True).fillna(value=False).astype(bool)
    if not utc.any():
        return texts
    plain = texts[utc].str.replace(r" ?(?:Z|UTC|GMT|[+-]00:?00)$", "", regex=True)
    moments = pd.to_datetime(plain, format="ISO8601", utc=True, errors="coerce")
    return texts.mask(utc, moments.dt.tz_convert(zone).dt.strftime("%Y-%m-%d").astype(TEXT).reindex(texts.index))


def _part_order(day_first: float, month_first: float, name: str, order: str | None) -> tuple[str, str]:
    """Say whether day or month stands first, from all values of the column at once."""
    words = {"dd-mm-yyyy": "day first (dd/mm)", "mm-dd-yyyy": "month first (mm/dd)"}
    if order is not None:
        return order, f"{name}: read {words[order]}, as the mapping says"
    if not day_first and not month_first:
        # Haiti writes the day first. The note leaves the choice to the user.
        return "dd-mm-yyyy", f"{name}: no value tells whether day or month stands first; read day first (dd/mm)"
    how = "dd-mm-yyyy" if day_first >= month_first else "mm-dd-yyyy"
    sure, other = int(max(day_first, month_first)), int(min(day_first, month_first))
    note = f"{name}: read {words[how]}: {sure} rows can only be read so"
    return how, note if not other else f"{note}, but {other} only the other way round: these are rejected"


def _from_serial(parts: pd.DataFrame) -> pd.Series:
    days = _SPREADSHEET_DAY_ZERO + parts[0].astype("int64").to_numpy().astype("timedelta64[D]")
    return pd.Series(days, index=parts.index).astype(DAY)


def read_days(
    column: pd.Series,
    problems: Problems,
    *,
    name: str,
    required: bool = False,
    order: str | None = None,
    uniform: bool = False,
    zone: str | None = None,
) -> Days:
    """Read a column as days.

    Understood are ``2024-10-03`` (with or without hours), ``03/10/2024`` and ``10/03/2024``,
    ``3 octobre 2024``, ``20241003`` and the day numbers of spreadsheets. Whether day or
    month stands first is decided on the whole column.

    Parameters
    ----------
    column
        The cells.
    problems
        Where unreadable cells, and empty ones if ``required``, are marked.
    name
        Name of the column in the file.
    required
        Whether each row must have a day.
    order
        ``"dd-mm-yyyy"`` or ``"mm-dd-yyyy"`` where it is known.
    uniform
        Whether only the notation that most rows have is taken: what is written in another
        way may be meant in another way.
    zone
        The zone of the clocks where it happened: an evening there is the next day in UTC.

    Raises
    ------
    DataError
        If most cells of a needed column are what a spreadsheet program makes of days: minutes and tenths.
    """
    texts, codes = distinct(column)
    plain = _local(present(texts).reset_index(drop=True), zone)
    # How many rows each distinct text stands for.
    weight = (
        np.ones(len(plain)) if codes is None else np.bincount(codes[codes >= 0], minlength=len(plain)).astype(float)
    )
    if required and float(plain.dropna().str.fullmatch(_RUINED).mean() if plain.notna().any() else 0) > 0.5:
        msg = (
            f"{name}: a spreadsheet program has turned the days into minutes ({plain.dropna().iloc[0]!r}); fetch the "
            "file again, and do not save it from a spreadsheet"
        )
        raise DataError(msg)
    days = _days_of(plain, weight, name, order)
    if uniform and days.order == "yyyy-mm-dd":
        # The template asks for one notation. Where most rows follow it, "03/10/2024" in one of them may
        # be the third of October or the tenth of March: nobody can tell.
        strict = plain.str.fullmatch(_STRICT).fillna(value=False).astype(bool)
        days = Days(days.days.where(strict), days.order, None)
    values = spread_out(days.days.to_numpy(dtype=DAY), codes, missing=np.datetime64("NaT", "s"))
    there = np.asarray(spread_out(plain.notna().to_numpy(dtype=bool), codes, missing=False), dtype=bool)
    out = pd.Series(values, index=column.index, dtype=DAY)
    # Unreadable and empty are two faults: the first is always one, the second only where a day is
    # needed.
    none = out.isna().to_numpy(dtype=bool)
    problems.mark(none & there, column=name, why="is not a day", fix="write the day as YYYY-MM-DD", cells=column)
    if required:
        problems.mark(~there, column=name, why="is empty", fix="write the day as YYYY-MM-DD")
    return Days(out, days.order, days.note)


def numbers_of(texts: pd.Series, *, spaced: bool = True) -> tuple[pd.Series, bool]:
    """Read texts as numbers: decimal commas, thousands marks and a trailing ``.0`` are understood.

    Parameters
    ----------
    texts
        The texts.
    spaced
        Whether spaces may stand between thousands; in coordinates they part degrees from minutes.

    Returns
    -------
    tuple
        The numbers, NaN where the text is none, and whether decimal commas were met.
    """
    # The whole column at once first; only what is left goes through the patterns.
    quick = pd.to_numeric(texts, errors="coerce").astype("float64")
    left = quick.isna() & texts.notna()
    comma = False
    if left.any():
        rest = texts[left].str.replace("−", "-", regex=False)
        if spaced:
            rest = rest.str.replace("[\u00a0\u202f\u2009' ]", "", regex=True)
        # "1,234" is a thousand, "1,5" one and a half: a comma parts thousands only before three digits.
        # What fits both, such as "1,234", is a thousand.
        thousands = rest.str.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
        decimal = rest.str.fullmatch(r"[+-]?(\d{1,3}(\.\d{3})+|\d+),\d+") & ~thousands
        comma = bool(decimal.any())
        rest = rest.mask(thousands, rest.str.replace(",", "", regex=False))
        turned = rest.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        rest = rest.mask(decimal, turned)
        quick = quick.copy()
        quick[left] = pd.to_numeric(rest, errors="coerce").astype("float64")
    return quick, comma


def read_numbers(column: pd.Series) -> tuple[pd.Series, Bools, bool]:
    """Read a column as numbers.

    Returns
    -------
    tuple
        The numbers (infinite is kept, to be told from missing), which cells are no number,
        and whether decimal commas were met.
    """
    texts, codes = distinct(column)
    plain = present(texts)
    numbers, comma = numbers_of(plain)
    wrong = (numbers.isna() & plain.notna()).to_numpy(dtype=bool)
    values = spread_out(numbers.to_numpy(), codes, missing=np.nan)
    bad: Bools = np.asarray(spread_out(wrong, codes, missing=False), dtype=bool)
    return pd.Series(values, index=column.index), bad, comma


def read_counts(column: pd.Series, problems: Problems, *, name: str) -> pd.Series:
    """Read a column as counts of people: whole, not negative; empty stays null, which is not zero."""
    numbers, bad, _ = read_numbers(column)
    values = numbers.to_numpy()
    # Comparing NaN is no fault here: empty cells are let through.
    with np.errstate(invalid="ignore"):
        odd = ~np.isnan(values) & (~np.isfinite(values) | (values < 0) | (values != np.floor(values)) | (values > 1e9))
    problems.mark(
        bad | odd, column=name, why="is not a count of people",
        fix="write a whole number, or leave it empty where it is not said", cells=column,
    )  # fmt: skip
    # Int64 with capital I: an empty cell stays null and does not turn into zero.
    good = pd.Series(np.where(bad | odd, np.nan, values), index=column.index)
    return good.astype("Int64")


def read_codes(column: pd.Series, problems: Problems, *, name: str, allowed: range, default: int) -> pd.Series:
    """Read a column of code numbers; an empty cell gets the (least precise) default."""
    numbers, bad, _ = read_numbers(column)
    wrong = bad | (numbers.notna() & ~numbers.isin(list(allowed))).to_numpy(dtype=bool)
    problems.mark(
        wrong, column=name, why=f"is not one of {allowed.start} to {allowed.stop - 1}",
        fix="write the code that the format has, or leave it empty", cells=column,
    )  # fmt: skip
    return numbers.mask(wrong).fillna(default).astype("int64")


@lru_cache(maxsize=4096)
def _folded_words(cell: str) -> str:
    # Without accents: telephones and old exports leave them out.
    return "_".join(unaccented(cell).casefold().replace("-", " ").replace("_", " ").strip(" .").split())


def read_words(column: pd.Series, known: Mapping[str, str]) -> pd.Series:
    """Read a column of words of a list as people write them; null where the cell is empty or no such word.

    Parameters
    ----------
    column
        The cells.
    known
        Spellings, joined by spaces, by the word that they stand for; case and accents make no difference.

    Examples
    --------
    >>> read_words(pd.Series(["Sévère", "mwayen", "ELEVEE", "Très élevé", "so so"]), STEPS).tolist()
    ['severe', 'moderate', 'high', 'severe', nan]
    """
    by = {_folded_words(one): word for word, spellings in known.items() for one in spellings.split()}
    return column.map(lambda cell: by.get(_folded_words(cell)), na_action="ignore").astype(TEXT)


def _read_listed(column: pd.Series, problems: Problems, name: str, known: Mapping[str, str], why: str) -> pd.Series:
    read = read_words(column, known)
    fix = f"write one of {', '.join(known)}, or the same in French or Kreyòl"
    problems.mark((column.notna() & read.isna()).to_numpy(dtype=bool), column=name, why=why, fix=fix, cells=column)
    return read


def read_steps(column: pd.Series, problems: Problems, *, name: str) -> pd.Series:
    """Read steps of sensitivity in three languages; a cell that is none rejects its row."""
    return _read_listed(column, problems, name, STEPS, "is not a known step")


def read_party(column: pd.Series, problems: Problems, *, name: str) -> pd.Series:
    """Read yes, no and unknown in three languages; a cell that is none of them rejects its row."""
    return _read_listed(column, problems, name, PARTIES, "is not yes, no or unknown")


# Stands for a missing day among day numbers: numpy has no whole number that is missing.
_NO_DAY: Final = -1_000_000


def widened(days: pd.Series, precision: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Give the first and last day that a row may mean: by its precision the day, three days each way, or its month."""
    level, day = precision.to_numpy(), days.to_numpy(dtype="datetime64[D]")
    number = np.where(np.isnat(day), _NO_DAY, day.astype(np.int64))
    # Day and precision in one number: four fits the three codes.
    codes, found = pd.factorize(number * 4 + level)  # worked out once for each day and precision
    day, level = (found // 4).astype("datetime64[D]"), found % 4
    day[found // 4 == _NO_DAY] = np.datetime64("NaT", "D")
    week, month = level == 2, level == 3
    first = np.where(week, day - np.timedelta64(3, "D"), day)
    last = np.where(week, day + np.timedelta64(3, "D"), day)
    of = day.astype("datetime64[M]")
    first = np.where(month, of.astype("datetime64[D]"), first)
    last = np.where(month, (of + 1).astype("datetime64[D]") - np.timedelta64(1, "D"), last)
    start, end = (pd.Series(each.astype("datetime64[s]")[codes]) for each in (first, last))
    return start, end
