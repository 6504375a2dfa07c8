"""The recipes of CONTRIBUTING.md, each followed in a copy of the package."""

from __future__ import annotations

from tests.recipes import followed

READ = """
import artimap as am
from pathlib import Path
from artimap.sharing.policy import citation
Path("log.csv").write_text(
    "heard_on,heard_at,heard_what\\n2024-10-03,Pont-Sondé,attack\\n"
    "2024-10-04,Liancourt,kidnapping\\nno day,Savien,x\\n",
    encoding="utf-8",
)
read = am.read_report("log.csv", area=am.area("artibonite"))
print(read.source, read.accepted, len(read.quarantine), *read.events["kind"], sep="|")
print(*sorted({*read.events["licence"], *read.claims["licence"]}), sep="|")
print(citation(read.events["licence"], (), (), change=""))
"""


def test_add_a_reader(tmp_path):
    out, touched = followed("Add a reader", READ, tmp_path)
    assert out.splitlines() == [
        "radio_log|2|1|attack_on_civilians|abduction",
        "Radio log: cite the radio room",
        "The log of the radio room.",
    ]
    assert len(touched) == 2


REPORT = """
import artimap as am
art = am.area("artibonite")
rn1, ledger, events = am.read_corridor(art, "rn1"), am.read_claims(art), am.read_events(art)
risk = am.corridor_risk(rn1, rn1.locate(events), as_of="2024-10-15", ledger=ledger)
for lang in ("en", "fr", "ht"):
    report = am.corridor_report(
        art, corridor=rn1, risk=risk, events=events, ledger=ledger, as_of="2024-10-15", lang=lang
    )
    ids = [section.id for section in report.sections]
    text = report.markdown().split("\\n## ")
    print(ids[ids.index("newest") - 1 : ids.index("newest") + 2], *(one.count("\\n- ") for one in text if
          one.startswith(("Newest events", "Événements les plus récents", "Dènye evènman yo"))))
"""


def test_add_a_report_section(tmp_path):
    out, touched = followed("Add a report section", REPORT, tmp_path)
    assert out.splitlines() == ["['checkpoints', 'newest', 'changes'] 5"] * 3
    assert len([one for one in touched if one.endswith(".py")]) == 2
    assert touched - {f"artimap/core/i18n/{lang}.toml" for lang in ("en", "fr", "ht")} == {
        "artimap/report/newest.py", "artimap/report/sections.py"
    }  # fmt: skip
