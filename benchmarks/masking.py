"""Masking of personal details: recall and precision by kind, on both halves of invented sentences.

A sentence belongs to a half by its hash. The rules are made on ``tune``; nobody looks at ``held`` while they are made.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from artimap.sharing.masking import find_personal

SENTENCES = Path(__file__).parent.parent / "tests" / "masking" / "details.txt"
Half = Literal["tune", "held"]
_DETAIL = re.compile(r"\{(\w+):([^}]*)\}")


@dataclass(frozen=True)
class Sentence:
    """A sentence with the details in it: start, end and kind."""

    lang: str
    group: str
    text: str
    details: tuple[tuple[int, int, str], ...]

    @property
    def half(self) -> Half:
        return "held" if hashlib.blake2b(self.text.encode(), digest_size=1).digest()[0] % 2 else "tune"


@dataclass
class Score:
    """Details, those of which no letter or digit is left, masks, and those that touch a detail, by kind."""

    details: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    masks: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        return self.caught.total() / self.details.total()

    @property
    def precision(self) -> float:
        return self.right.total() / self.masks.total()


def sentences() -> list[Sentence]:
    """Read the labelled sentences."""
    found = []
    for line in SENTENCES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        lang, group, marked = line.split("|", 2)
        text, details, last = "", [], 0
        for match in _DETAIL.finditer(marked):
            text += marked[last : match.start()]
            details.append((len(text), len(text) + len(match[2]), match[1]))
            text += match[2]
            last = match.end()
        found.append(Sentence(lang, group, text + marked[last:], tuple(details)))
    return found


def wrong(one: Sentence) -> tuple[list[str], list[str]]:
    """Give what is left of details, and what is masked for nothing."""
    spans = find_personal(one.text)
    covered = {place for span in spans for place in range(span.start, span.end)}
    left = [
        one.text[start:end]
        for start, end, _ in one.details
        if not all(place in covered for place in range(start, end) if one.text[place].isalnum())
    ]
    extra = [
        one.text[span.start : span.end]
        for span in spans
        if not any(span.start < end and start < span.end for start, end, _ in one.details)
    ]
    return left, extra


def measured(half: Half) -> Score:
    """Score a half."""
    score = Score()
    for one in sentences():
        if one.half != half:
            continue
        spans = find_personal(one.text)
        covered = {place for span in spans for place in range(span.start, span.end)}
        for start, end, kind in one.details:
            label = one.group if kind == "person" else kind
            score.details[label] += 1
            score.caught[label] += all(p in covered for p in range(start, end) if one.text[p].isalnum())
        for span in spans:
            score.masks[span.kind] += 1
            score.right[span.kind] += any(span.start < end and start < span.end for start, end, _ in one.details)
    return score


def run(_repeat: int) -> None:
    """Print recall and precision of both halves, by kind."""
    for half in ("tune", "held"):
        score = measured(half)
        print(
            f"{half}: recall {score.recall:.3f} of {score.details.total()} details, "
            f"precision {score.precision:.3f} of {score.masks.total()} masks"
        )
        recall = (f"{name} {score.caught[name]}/{all_}" for name, all_ in sorted(score.details.items()))
        print("  details masked whole: " + ", ".join(recall))
        precise = (f"{name} {score.right[name]}/{all_}" for name, all_ in sorted(score.masks.items()))
        print("  masks on a detail: " + ", ".join(precise))
