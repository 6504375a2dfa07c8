"""A report and the files it is written to: a page, Markdown, PDF, Word, a workbook, JSON."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from artimap.areas.area import Area
from artimap.claims.ledger import Ledger
from artimap.core.dates import day_of
from artimap.core.errors import ShareError
from artimap.core.files import encodable, write_bytes
from artimap.core.i18n import format_day
from artimap.core.notebook import Shown
from artimap.core.vocab import Audience, Lang
from artimap.report.blocks import ReportSection
from artimap.report.context import Context, ReportOptions, ReportTables, gate_for_report, make_context
from artimap.report.markdown import to_markdown
from artimap.report.one_page import one_page
from artimap.report.pages import policy, style_sheet, template
from artimap.report.previous import snapshot
from artimap.report.sections import sections
from artimap.report.sentences import say
from artimap.roads.corridor import Corridor
from artimap.sharing.gate import Gated
from artimap.sharing.policy import SharePolicy


@dataclass(frozen=True, eq=False, repr=False)
class Report(Shown):
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

    def _lines(self) -> tuple[str, ...]:
        told = self.about
        return f"{told['title']}, for {told['audience']}, in {told['lang']}", f"{len(self.sections)} sections"

    @cached_property
    def picture(self) -> bytes:
        """The road as a straight line (:func:`artimap.strip_map`), as PNG; drawn once."""
        return _strip(self.context)

    @cached_property
    def one_page(self) -> Report:
        """The same report on one page, for a meeting (:mod:`artimap.report.one_page`)."""
        page = replace(self, sections=one_page(self.context))
        page.__dict__["picture"] = self.picture  # the same road on the same day: drawn once
        return page

    def html(self) -> str:
        """Give the report as one HTML page: no script, no request, same text each time."""
        picture = base64.b64encode(self.picture).decode("ascii")
        css = style_sheet("report.css")
        page: str = template("report.html.j2").render(
            lang=self.context.lang.value,
            css=css,
            policy=policy(css),
            title=self.about["title"],
            sections=self.sections,
            **self.words,
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
            A file name that ends in ``.html``, ``.md``, ``.pdf``, ``.docx``, ``.xlsx`` or ``.json``.

        Raises
        ------
        ShareError
            If it ends in anything else.
        ExtraError
            For ``.pdf``, ``.docx`` and ``.xlsx``, if the extra ``artimap[report]`` is not installed.
        """
        target = Path(path)
        kind = target.suffix.lower().lstrip(".")
        if kind not in FORMATS:
            msg = f"a report is written as {', '.join(FORMATS)}, not as {target.name}: give it one of these endings"
            raise ShareError(msg)
        write_bytes(target, self.content(kind))
        return target

    def content(self, kind: str) -> bytes:
        """Give the report as the bytes of a file, of one of the kinds in ``FORMATS``; same report, same bytes."""
        return FORMATS[kind](self)

    @property
    def about(self) -> dict[str, str]:
        """Of what, when, for whom and in what language the report is."""
        seen, title = self.context, self.sections[0].title
        day = format_day(seen.as_of, seen.lang)
        return {
            "title": title if title.endswith(day) else f"{title} – {day}", "lang": seen.lang.value,
            "as_of": seen.as_of.isoformat(), "road": seen.corridor.ref, "audience": seen.audience.value,
        }  # fmt: skip

    @property
    def words(self) -> dict[str, str]:
        """What writers put around the sections."""
        seen = self.context
        day = format_day(seen.as_of, seen.lang)
        return {"contents": say(seen, "contents"), "footer": say(seen, "footer", day=day)}

    def _repr_html_(self) -> str:
        # a whole page inside a notebook's page would leak its style: a frame keeps them apart
        frame: str = template("frame.html.j2").render(page=self.html(), title=self.sections[0].title)
        return frame


def _pdf(report: Report) -> bytes:
    from artimap.report.writers.pdf import to_pdf  # noqa: PLC0415 - each writer is loaded where it is used

    return to_pdf(report.sections, report.about, picture=report.picture, words=report.words)


def _docx(report: Report) -> bytes:
    from artimap.report.writers.docx import to_docx  # noqa: PLC0415

    return to_docx(report.sections, report.about, picture=report.picture, words=report.words)


def _xlsx(report: Report) -> bytes:
    from artimap.report.writers.xlsx import to_xlsx  # noqa: PLC0415

    return to_xlsx(report.sections, report.about)


def _json(report: Report) -> bytes:
    from artimap.report.writers.plain import to_json  # noqa: PLC0415

    return encodable(to_json(report.sections, report.about)).encode("utf-8")


FORMATS: Mapping[str, Callable[[Report], bytes]] = {
    "html": lambda report: encodable(report.html()).encode("utf-8"),
    "md": lambda report: encodable(report.markdown()).encode("utf-8"),
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "json": _json,
}
"""What a report can be written as, by the ending of the file."""


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
        news={} if ctx.changes is None else ctx.changes.marks,
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

    Examples
    --------
    >>> import artimap as am
    >>> study = am.study(am.area("artibonite"), as_of="2024-10-15")
    >>> report = am.corridor_report(study.area, corridor=study.corridor, risk=study.risk, as_of="2024-10-15", lang="ht")
    >>> report.about["lang"], report.about["road"]
    ('ht', 'RN1')
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
