"""The report in a real browser: no table runs over its page, wide or narrow."""

from __future__ import annotations

import pytest

from artimap.area import ARTIBONITE
from artimap.report import corridor_report
from artimap.risk import corridor_risk

LATE = "2025-12-27"
"""The last day of the data fills the tables most."""


@pytest.fixture(scope="module")
def report(tables, tmp_path_factory):
    rn1, events, ledger = tables["corridor"], tables["events"], tables["ledger"]
    risk = corridor_risk(rn1, rn1.locate(events), as_of=LATE, ledger=ledger)
    made = corridor_report(ARTIBONITE, corridor=rn1, risk=risk, events=events, ledger=ledger, as_of=LATE)
    return made.save(tmp_path_factory.mktemp("report") / "report.html")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_no_table_runs_over_the_page(chromium, report, width):
    context = chromium.new_context(viewport={"width": width, "height": 844}, offline=True)
    page = context.new_page()
    page.goto(report.as_uri())
    wide = page.evaluate(
        "() => [...document.querySelectorAll('.table')].filter(n => n.scrollWidth > n.clientWidth + 1)"
        ".map(n => n.innerText.slice(0, 60))"
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()
