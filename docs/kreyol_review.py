"""Write the Kreyòl wordings that a speaker has still to check as a CSV, with the English and the French beside each.

Run ``python docs/kreyol_review.py review.csv``. See ``kreyol.md`` for how it is filled in and brought back.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from artimap.core.files import table_csv, write_text
from artimap.core.i18n import to_review, to_review_first, words


def wordings() -> pd.DataFrame:
    """Give one row a wording: those to be asked first, then the others in the order of the file."""
    asked, first = to_review("ht"), to_review_first("ht")
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
        }
    )


def main() -> int:
    """Write the file that is named."""
    if len(sys.argv) != 2:
        print("python docs/kreyol_review.py FILE.csv", file=sys.stderr)
        return 2
    table = wordings()
    write_text(Path(sys.argv[1]), "\ufeff" + table_csv(table))
    print(f"{len(table)} wordings to check, {(table['first'] == 'yes').sum()} of them first: {sys.argv[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
