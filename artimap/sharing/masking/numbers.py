"""Phone numbers and number plates in free text."""

from __future__ import annotations

import re
from collections.abc import Iterator

# a Haitian number has eight digits and starts with 2 to 5
_PHONE = re.compile(
    r"""(?<![\w.,/])(?:
      (?:\+|00)\s?\d{1,3}(?:[\s.\-]?\(?\d{1,4}\)?){2,5}              # with a country code
    | \(?509\)?[\s.\-]*[2-5]\d(?:[\s.\-]?\d{2}){3}
    | [2-5]\d{3}[\s.\-]?\d{4}
    | [2-5]\d(?:[\s.\-]\d{2}){3}
    )(?![\w/]|[.,]\d|-\d)""",
    re.VERBOSE,
)
_PHONE_CUE = re.compile(
    r"(?:t[eé]l(?:\.|[eé]phone|ef[oò]n)?|whats?app|num[eé]ro|nimewo|phone|call|appel\w*|rele|ring|joindre|cell?|mobile|sms)"
    r"[^\d+(]{0,24}$",
    re.IGNORECASE,
)
_MONEY = re.compile(r"\s*(?:gourdes?|goud|htg|usd|\$|dollars?|dola|us\b|personnes|people|moun)", re.IGNORECASE)
_DAY = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_YEARS = re.compile(r"(?:19|20)\d{2}[\s.\-](?:19|20)\d{2}$")
_ROUND = re.compile(r"\d{2}00[\s.\-]\d{2}00$")

_PLATE = re.compile(r"(?<![\w-])(?!(?:HT|RN|RD|BP|PK|US|EU)[\s-]?\d)[A-Z]{2}[\s\-–]?\d{5}(?![\w]|-\d)")
_CUED_PLATE = re.compile(
    r"(?:plaqu\w*|plak|plate|immatricul\w*|imatrikil\w*|licen[cs]e|registration)\b(?:[^\w\n]+[a-zà-ÿ°'’]+){0,4}?[^\w\n]+"
    r"(?P<plate>[A-Za-z]{1,3}[\s\-–]?\d{3,6})(?!\w)",
    re.IGNORECASE,
)


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of the phone numbers in a text; dates, years, sums and coordinates are none."""
    for match in _PHONE.finditer(text):
        found = match.group()
        digits = re.sub(r"\D", "", found)
        # Eight digits are a Haitian number, fifteen the most that E.164 allows.
        if not 8 <= len(digits) <= 15:
            continue
        # What looks like a day, a span of years, a round sum or money is a number only after "call" or with a
        # country code: otherwise every death toll with a year beside it would be masked.
        cued = _PHONE_CUE.search(text[: match.start()]) is not None
        coded = found.startswith(("+", "00"))
        doubtful = _DAY.match(digits) or _YEARS.match(found) or _ROUND.match(found) or _MONEY.match(text[match.end() :])
        if doubtful and not (cued or coded):
            continue
        yield match.start(), match.end()


def plates(text: str) -> Iterator[tuple[int, int]]:
    """Give start and end of the number plates in a text: ``AA-12345``, ``TP 12345``, or any form after "plate"."""
    seen: set[int] = set()
    # The two letters of roads, p-codes and the like (RN 1, HT05...) are shut out in the pattern.
    for match in _PLATE.finditer(text):
        seen.add(match.start())
        yield match.start(), match.end()
    for match in _CUED_PLATE.finditer(text):
        if match.start("plate") not in seen:
            yield match.start("plate"), match.end("plate")
