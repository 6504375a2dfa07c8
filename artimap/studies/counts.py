"""What an agency counts for others to pool (:mod:`artimap.sharing.counts`)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import geopandas as gpd

from artimap.areas.area import Area
from artimap.core.dates import day_of
from artimap.core.errors import ShareError
from artimap.core.vocab import Audience
from artimap.sharing.counts import SharedCounts, count_events, read_counts
from artimap.studies.study import Study


def share_counts(
    reports: Study | gpd.GeoDataFrame,
    *,
    k: int | None = None,
    agency: str | None = None,
    audience: str = Audience.PARTNERS,
    previous: SharedCounts | str | Path | None = None,
    area: Area | None = None,
    as_of: str | dt.date | None = None,
) -> SharedCounts:
    """Count one's own reports by commune's part of each road, closed month and group of kinds, for others to pool.

    Cells of fewer than ``k`` are joined: the groups of a month, the months of a quarter, the communes of a road, the
    quarters of a year. What is in none is left out. Whatever is published, alone, merged, or on two days, each closed
    cell may hold at least two different numbers (docs/sharing.md).

    Parameters
    ----------
    reports
        A study: the reports of its ``events=``, not the embedded ones, which others have. Or EVENTS, all of which
        count; then ``area`` and ``as_of`` are needed.
    k
        Least number of reports in a cell, 3 or more; that of the policy where null.
    agency
        A code for who counts, never a name; where null one that is made once for this computer.
    audience
        ``"partners"`` or ``"public"``: how long a month must be over, as in the policy.
    previous
        The counts that were given to the same audience before, or their file. What they hold stands as it is, so
        that nobody can take one from the other.
    area, as_of
        Of EVENTS: the area, and the day of which the months are over.

    Returns
    -------
    SharedCounts
        ``save`` writes the file; ``left_out`` says how many reports are in no cell, by reason. Rows of ACLED, and
        others that may not be passed on, are never counted.

    Raises
    ------
    ShareError, ModelError
        For a code, audience or k that cannot be, and for earlier counts that were made otherwise.

    Examples
    --------
    >>> import artimap as am
    >>> art = am.area("artibonite")
    >>> counts = am.share_counts(am.read_events(art), area=art, as_of="2024-10-15", agency="A1")
    >>> counts.last_day.isoformat(), min(cell.reports for cell in counts.cells) >= 3
    ('2024-09-30', True)
    """
    given = area if area is not None else reports.area if isinstance(reports, Study) else None
    if given is None or (as_of is None and not isinstance(reports, Study)):
        msg = "events are counted for an area and a day: say area=artimap.area('artibonite'), as_of='2024-10-15'"
        raise ShareError(msg)
    before = read_counts(previous, area=given) if isinstance(previous, str | Path) else previous
    if isinstance(reports, Study):
        return reports.count_own(k=k, agency=agency, audience=audience, previous=before)
    return count_events(
        reports, area=given, as_of=day_of(as_of or ""), audience=Audience(audience), k=k, agency=agency, previous=before
    )
