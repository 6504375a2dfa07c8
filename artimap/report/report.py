"""A report as HTML and Markdown, and writing it."""

from __future__ import annotations

import base64
import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from artimap.areas.area import Area
from artimap.claims.ledger import Ledger
from artimap.core.dates import day_of
from artimap.core.errors import ShareError
from artimap.core.files import write_text
from artimap.core.i18n import format_day
from artimap.core.vocab import Audience, Lang
from artimap.report.blocks import ReportSection
from artimap.report.context import Context, ReportOptions, ReportTables, gate_for_report, make_context
from artimap.report.markdown import to_markdown
from artimap.report.pages import policy, style_sheet, template
from artimap.report.previous import snapshot
from artimap.report.sections import sections
from artimap.report.sentences import say
from artimap.roads.corridor import Corridor
from artimap.sharing.gate import Gated
from artimap.sharing.policy import SharePolicy


@dataclass(frozen=True, eq=False)
class Report:
    """A corridor report. Shows itself in Jupyter; :meth:`save` writes it.

    Attributes
    ----------
    context
        What it was made from.
    sections
        What it says, as plain data.
    """

    context: Context
    sections: tuple[ReportSection, ...]

    @cached_property
    def picture(self) -> bytes:
        """The road as a straight line (:func:`artimap.strip_map`), as PNG; drawn once."""
        return _strip(self.context)

    def html(self) -> str:
        """Give the report as one HTML page: no script, no request, same text each time."""
        picture = base64.b64encode(self.picture).decode("ascii")
        css = style_sheet("report.css")
        page: str = template("report.html.j2").render(
            lang=self.context.lang.value,
            css=css,
            policy=policy(css),
            title=f"{self.sections[0].title} – {format_day(self.context.as_of, self.context.lang)}",
            sections=self.sections,
            contents=say(self.context, "contents"),
            footer=say(self.context, "footer", day=format_day(self.context.as_of, self.context.lang)),
            picture=f"data:image/png;base64,{picture}",
        )
        return page

    def markdown(self) -> str:
        """Give the report as Markdown, without the picture."""
        return to_markdown(self.sections)

    def snapshot(self) -> dict[str, Any]:
        """Give what a later report needs to say what changed: plain JSON data.

        A briefing keeps it in its ``manifest.json`` under the key ``report``.
        """
        seen = self.context
        return snapshot(
            as_of=seen.as_of, risk=seen.risk, events=seen.events, claims=seen.claims, checkpoints=seen.checkpoints
        )

    def save(self, path: str | Path) -> Path:
        """Write the report, whole or not at all.

        Parameters
        ----------
        path
            A file name that ends in ``.html`` or ``.md``.

        Raises
        ------
        ShareError
            If it ends in anything else.
        """
        target = Path(path)
        suffix = target.suffix.lower()
        if suffix not in (".html", ".md"):
            msg = f"a report is written as .html or .md, not as {target.name}: give it one of these endings"
            raise ShareError(msg)
        write_text(target, self.html() if suffix == ".html" else self.markdown())
        return target

    def _repr_html_(self) -> str:
        # a whole page inside a notebook's page would leak its style: a frame keeps them apart
        frame: str = template("frame.html.j2").render(page=self.html(), title=self.sections[0].title)
        return frame


def _strip(ctx: Context) -> bytes:
    from artimap.report.strip.map import strip_map  # noqa: PLC0415 - heavy, needed here only

    drawn = strip_map(
        ctx.corridor,
        risk=ctx.risk,
        checkpoints=ctx.checkpoints,
        events=ctx.events,
        places=ctx.corridor.towns,
        as_of=ctx.as_of,
        lang=ctx.lang.value,
    )
    return drawn.png()


def corridor_report(  # noqa: PLR0913 - one keyword a table
    area: Area,
    *,
    corridor: Corridor,
    risk: pd.DataFrame,
    zones: pd.DataFrame | None = None,
    status: pd.DataFrame | None = None,
    checkpoints: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    ledger: Ledger | None = None,
    as_of: str | dt.date,
    lang: str = "en",
    audience: str = "partners",
    since: str | Path | None = None,
    model: object | None = None,
    held_back: int = 0,
    policy: SharePolicy | None = None,
) -> Report:
    """Make the report on a corridor as of a day.

    Parameters
    ----------
    area, corridor
        What the report is about.
    risk
        RISK by named stretch, as :func:`artimap.corridor_risk` gives it.
    zones, status
        ZONES and STATUS, for the table of what is said to be held by whom.
    checkpoints
        CHECKPOINTS, as :func:`artimap.checkpoints_on` gives them.
    events
        EVENTS, located or not; those of the area where there is a ledger but no events.
    ledger
        Who said what.
    as_of
        The day of the answer: statements reported later are left out, and counted.
    lang
        ``"en"``, ``"fr"`` or ``"ht"``.
    audience
        ``"partners"``, ``"public"`` or ``"internal"``. Rows whose sensitivity is high or
        severe, and positions of forces, are left out unless it is ``internal``, and counted.
    since
        The folder of an earlier briefing, to say what changed.
    model
        The risk model, where ``risk`` does not carry it.
    held_back
        Rows taken out for the audience before, to be told.
    policy
        Who gets what; :class:`artimap.sharing.policy.SharePolicy` as it stands where null. What it does to rows is
        printed among what is not known.

    Raises
    ------
    DateError, DataError, CrsError
        For a bad day, a folder that is no briefing, a table in another system.
    """
    tables = ReportTables(corridor, risk, zones, status, checkpoints)
    asked = ReportOptions(
        day_of(as_of), Lang(lang), Audience(audience), None if since is None else Path(since), model, held_back
    )  # fmt: skip
    return report_of(area, tables, asked, gate_for_report(area, tables, asked, events, ledger, policy))


def report_of(area: Area, tables: ReportTables, asked: ReportOptions, gated: Gated) -> Report:
    """Make the report of tables whose events and claims have gone through the gate."""
    context = make_context(area, tables, asked, gated)
    return Report(context, sections(context))
