"""Write the Kreyòl wordings that a speaker has still to check as a CSV, with the English and the French beside each.

Run ``python docs/kreyol_review.py review.csv``. It also prints how many are settled, attested, composed, or neither.
See ``kreyol.md`` for what that means, and how the file is filled in and brought back.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from artimap.core.files import table_csv, write_text
from artimap.core.i18n import attested, composed, settled, to_review, to_review_first, words


def wordings() -> pd.DataFrame:
    """Give one row a wording: those to be asked first, then the others in the order of the file."""
    asked, first, known = to_review("ht"), to_review_first("ht"), composed("ht")
    english, french, kreyol = words("en"), words("fr"), words("ht")
    keys = [*first, *(key for key in kreyol if key in asked and key not in first)]
    return pd.DataFrame(
        {
            "key": keys,
            "first": ["yes" if key in first else "" for key in keys],
            "english": [english[key] for key in keys],
            "french": [french[key] for key in keys],
            "kreyol": [kreyol[key] for key in keys],
            "better": "",
            "right": "",
            "note": "",
            "standing": ["composed" if key in known else "unreviewed" for key in keys],
        }
    )


def counts() -> dict[str, int]:
    """Count all wordings, each once, by how they stand; what is only signs needs no check."""
    asked, known, done = to_review("ht"), composed("ht"), settled("ht")
    found = attested("ht").keys() - done
    return {
        "settled": len(done),
        "attested": len(found),
        "composed": len(known),
        "unreviewed": len(asked - known),
        "only signs": len(words("ht").keys() - asked - done - found),
    }


def main() -> int:
    """Write the file that is named."""
    if len(sys.argv) != 2:
        print("python docs/kreyol_review.py FILE.csv", file=sys.stderr)
        return 2
    table = wordings()
    write_text(Path(sys.argv[1]), "\ufeff" + table_csv(table))
    print(f"{len(table)} wordings to check, {(table['first'] == 'yes').sum()} of them first: {sys.argv[1]}")
    print(", ".join(f"{n} {standing}" for standing, n in counts().items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
