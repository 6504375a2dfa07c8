"""The page in a language that was added by the recipe of CONTRIBUTING.md."""

from __future__ import annotations

import pytest

from artimap.core.i18n import words
from tests.recipes import followed

pytestmark = pytest.mark.browser

PAGE = """
import json
import artimap as am
from artimap.core.i18n import to_review, words
assert set(words("es")) == set(words("en")) and words("es")["kind.abduction"] == "secuestro"
am.briefing_map(am.area("artibonite"), as_of="2024-10-15", lang="es").save("map.html")
print(json.dumps(sorted(to_review("es"))))
"""


def test_add_a_language(tmp_path, opened):
    """The page opens in the new language, offers all others, and no key stands where words should."""
    out, touched = followed("Add a language", PAGE, tmp_path)
    assert out == "[]\n"
    assert touched == {"artimap/core/i18n/es.toml", "artimap/core/vocab.py"}
    with opened(tmp_path / "map.html", (1280, 800)) as page:
        buttons = page.query_selector_all(".languages button")
        names = {one.get_attribute("lang"): one.get_attribute("title") for one in buttons}
        assert names == {"en": "English", "fr": "Français", "ht": "Kreyòl", "es": "Español"}
        for lang in ("fr", "es"):  # there and back
            page.click(f".languages [lang={lang}]")
            page.wait_for_selector(f".languages button[lang={lang}][aria-pressed=true]")
            assert page.evaluate("document.documentElement.lang") == lang
            spoken = page.inner_text("body")
            assert [key for key in words("en") if "." in key and key in spoken] == []
