"""Every public function, class and method shows by example how it is called; pytest runs the examples as doctests."""

from __future__ import annotations

import ast
import doctest
import inspect

import pytest

import artimap as am

COSTS_TOO_MUCH = {
    "Briefing", "NightRun", "Routes.write", "add_cod_ab", "add_osm", "apply_decisions", "brief", "merge_reports",
    "read_checkpoints", "read_template", "remove_layer", "run_night", "write_road_status",
}  # fmt: skip
"""They take files of one's own, change one's data folder or write whole briefings: shown, and tested elsewhere."""


def public():
    """Give each public callable and each public method of a public class, by its name."""
    for name in am.__all__:
        thing = getattr(am, name)
        if not callable(thing):
            continue
        yield name, thing
        fields = getattr(thing, "__dataclass_fields__", {})
        for member, value in vars(thing).items() if inspect.isclass(thing) else ():
            plain = getattr(value, "__func__", value)
            if inspect.isfunction(plain) and not member.startswith("_") and member not in fields:
                yield f"{name}.{member}", plain


PUBLIC = dict(public())


@pytest.mark.parametrize("name", PUBLIC)
def test_it_has_an_example_that_runs(name):
    text = inspect.getdoc(PUBLIC[name]) or ""
    assert "Examples\n--------\n" in text
    examples = doctest.DocTestParser().get_examples(text.split("Examples\n--------\n")[1])
    assert examples
    run = [one for one in examples if not one.options.get(doctest.SKIP)]
    does = [one for one in run if not isinstance(ast.parse(one.source).body[0], ast.Import | ast.ImportFrom)]
    assert does or name in COSTS_TOO_MUCH, "all lines are skipped"


def test_what_need_not_run_is_still_public():
    assert set(PUBLIC) >= COSTS_TOO_MUCH
    assert len(PUBLIC) > 200
