"""Reading columns of text as days, numbers and words: one decision for the whole column, told to the reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from artimap.core.arrays import Bools
from artimap.core.schema import DAY, TEXT
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import distinct, spread_out

# Each pattern takes what the ones before it left. An hour after the day is allowed and dropped.
_ISO: Final = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?$"
_STRICT: Final = r"\d{4}-\d{1,2}-\d{1,2}(?:[T ].*)?"
_COMPACT: Final = r"^((?:19|20)\d{2})(\d{2})(\d{2})$"
_PARTS: Final = r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})(?:[T ,].*)?$"
_WORDS: Final = r"^(?:[A-Za-zÀ-ÿ]+,? )?(\d{1,2})(?:er|st|nd|rd|th)?[-/. ]+([A-Za-zÀ-ÿ]{3,10})\.?,?[-/. ]+(\d{4}|\d{2})$"
_WORDS_US: Final = r"^([A-Za-zÀ-ÿ]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$"
# Day numbers of spreadsheets from 1954 to 2064: shorter numbers are years or counts.
_SERIAL: Final = r"^([2-5]\d{4})(?:\.\d+)?$"
_MONTHS: Final = {
    "jan": 1, "fev": 2, "feb": 2, "fév": 2, "mar": 3, "mas": 3, "apr": 4, "avr": 4, "may": 5, "mai": 5,
    "jun": 6,
    "juin": 6, "jen": 6, "jul": 7, "juil": 7, "jiy": 7, "aug": 8, "aou": 8, "aoû": 8, "out": 8, "sep": 9, "oct": 10,
    "okt": 10, "nov": 11, "dec": 12, "déc": 12, "des": 12,
}  # fmt: skip
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_SPREADSHEET_DAY_ZERO = np.datetime64("1899-12-30")
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
    low = word.casefold()
    # Four letters first: "juin" and "juil" begin alike.
    for length in (4, 3):
        if low[:length] in _MONTHS:
            return float(_MONTHS[low[:length]])
    return np.nan


def _dates(year: Any, month: Any, day: Any, index: pd.Index) -> pd.Series:
    parts = pd.DataFrame({"year": year, "month": month, "day": day}, index=index).astype("float64")
    # years of two figures are of this century: reports of the last one are not what artimap reads
    parts["year"] = parts["year"].mask(parts["year"] < 100, parts["year"] + 2000)
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
    take(_WORDS, "day month in words", lambda p: _dates(p[2], p[1].map(month_of), p[0], p.index))
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
        out[parts.index] = _dates(parts[2].astype("int64"), month, day, parts.index)
        seen[how] = float(weights.sum())
    # Last: a bare number is a day only if nothing else fits.
    take(_SERIAL, "spreadsheet day numbers", _from_serial)
    # The commonest notation names the column.
    return Days(out, max(seen, key=lambda how: seen[how]) if seen else "no day", note)


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
    """
    texts, codes = distinct(column)
    plain = present(texts).reset_index(drop=True)
    # How many rows each distinct text stands for.
    weight = (
        np.ones(len(plain)) if codes is None else np.bincount(codes[codes >= 0], minlength=len(plain)).astype(float)
    )
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
