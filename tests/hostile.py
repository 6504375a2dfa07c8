"""Hostile texts, made by combination: what a source, a file or a person might put into any field.

Each tries to do ``window.hit=1`` or to open a dialog, to leave the element, attribute, string
or comment that it stands in, or to make a page read wrongly. Nothing here is a list from
elsewhere: acts, carriers and ways out of a place are put together.
"""

# ruff: noqa: E501 - payloads are as long as they are

from __future__ import annotations

import base64
from dataclasses import replace
from itertools import cycle, islice, product

import geopandas as gpd
import pandas as pd

from artimap.claims.ledger import Ledger
from artimap.core import schema
from artimap.core.tables import CHECKPOINTS, CLAIMS, EVENTS, ZONES

ACTS = ("window.hit=1", "alert(1)", "self['h'+'it']=1", "(()=>{throw window.hit=1})()", "top[`hit`]=1")

_ENDS = (
    "", "</script>", "</ScRiPt >", "</style>", "</title>", "</noscript>", "</textarea>", "-->", "--!>", "]]>", '">',
    "'>", "`>", "*/", "</svg>", "</iframe>",
)  # fmt: skip
"""Ways out of whatever the text stands in."""

_RUNS = (
    "<script>{act}</script>",
    "<img src=x onerror={act}>",
    "<svg/onload={act}>",
    "<details open ontoggle={act}>",
    "<input autofocus onfocus={act}>",
)


def _handlers() -> list[str]:
    tags = ("img src=x", "body", "video src=x", "svg", "a href=#", "marquee", "audio src=x", "object data=x", "form")
    events = ("onerror", "onload", "onfocus", "onpointerenter", "onanimationstart", "onbegin", "ontoggle")
    out = [f"<{tag} {event}={ACTS[n % 2]}>" for n, (tag, event) in enumerate(product(tags, events))]
    return out + [f'" {event}="{ACTS[0]}' for event in events] + [f"' {event}='{ACTS[1]}' x='" for event in events]


def _addresses() -> list[str]:
    schemes = (
        "javascript:", "JaVaScRiPt:", " javascript:", "java\tscript:", "java\nscript:", "\x01javascript:",
        "javascript&colon;", "&#106;avascript:", "vbscript:", "data:text/html,<script>", "view-source:javascript:",
        "blob:", "file:///etc/", "//example.org/", "\\\\example.org\\", "https:example", "http://", "https://a b/",
        "feed:javascript:", "jar:", "intent://", "https://example.org@", "https://[::1", "http://example.org:x/",
    )  # fmt: skip
    acts = (ACTS[0], ACTS[1])
    wrapped = [f'<a href="{one}{ACTS[0]}">open</a>' for one in schemes[:6]]
    coded = base64.b64encode(f"<script>{ACTS[0]}</script>".encode()).decode()
    return (
        [scheme + act for scheme, act in product(schemes, acts)]
        + wrapped
        + [f"data:text/html;base64,{coded}", f"data:image/svg+xml,<svg xmlns='x' onload='{ACTS[0]}'/>"]
        + ["https://example.org/\"onclick='window.hit=1'", "https://example.org/<script>", "https://example.org/`x`"]
        + ["https://example.org/\u202egnp.exe", "https://example.org/a)[x](javascript:alert(1)"]
    )


def _pictures() -> list[str]:
    inside = (
        "<script>{act}</script>", '<a xlink:href="javascript:{act}"><text>x</text></a>', "<set onbegin={act}>",
        "<animate attributeName=href values=javascript:{act}>", "<foreignObject><iframe srcdoc='<script>{act}'>",
        "<use href=data:image/svg+xml,x>", "<style><img src=x onerror={act}></style>",
        "<handler type=text/javascript>{act}</handler>", "<desc><![CDATA[</desc><script>{act}</script>]]></desc>",
    )  # fmt: skip
    roots = (
        "<svg>{}</svg>",
        "<svg><g>{}",
        "<math><mtext>{}</mtext></math>",
        "<math><annotation-xml encoding=text/html>{}",
    )
    return [root.format(one.format(act=ACTS[0])) for root, one in product(roots, inside)]


def _templates() -> list[str]:
    opened = (
        "{{{{{}}}}}", "${{{}}}", "`${{{}}}`", "<%= {} %>", "{{% set x = {} %}}", "#{{{}}}", "[[{}]]", "{{{{{}|safe}}}}",
        "{{#{}}}", "*{{{}}}", "@({})", "{{{{constructor.constructor('{}')()}}}}", "%({})s", "{{0.__class__}}{}",
    )  # fmt: skip
    return [one.format(act) for one in opened for act in (ACTS[0], "7*7")]


def _breaks() -> list[str]:
    """What would end a string, an object or a line in JSON, JavaScript, CSS, CSV or Markdown."""
    strings = (
        '"', "'", "`", '\\"', "\\", "\\u0022", "\\x22", '"}', '"]}', '"});', "'});", "`);", "\n", "\r\n", "\u2028",
        "\u2029", "\x00", "\ufeff", "\\u003c/script>", "\\u003c", "\\0", "\\\n",
    )  # fmt: skip
    code = [f"{one}{act}//" for one in strings for act in (f";{ACTS[0]}", f"+{ACTS[1]}+")]
    plain = ['{"__proto__":{"hit":1}}', "__proto__", "constructor", "toString", "hasOwnProperty", "null", "NaN", "=",
             '{"=":1}', "undefined", "true", "0", "-1", "[]", "{}"]  # fmt: skip
    sheets = [
        "red;background:url(javascript:alert(1))",
        "</style><script>window.hit=1</script>",
        "expression(alert(1))",
        "}body{display:none",
        "@import 'https://example.org/x.css'",
        "url(https://example.org/x)",
        "*/}*{color:red}/*",
        "\\3c script\\3e alert(1)",
        "-moz-binding:url(x)",
        "behavior:url(x.htc)",
        "var(--x,url(//example.org))",
    ]
    marks = ["[x](javascript:alert(1))", "![x](https://example.org/p.png)", "<https://example.org>", "| a | b |\n|--|--|",
             "# heading", "---", "```js\nalert(1)\n```", "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;img src=x&#62;",
             "%3Cscript%3Ealert(1)%3C/script%3E", "+ADw-script+AD4-alert(1)", "\\x3cscript\\x3e"]  # fmt: skip
    return code + plain + sheets + marks


def _cells() -> list[str]:
    signs = ("=", "+", "-", "@", "\t=", "\r=", " =", "\ufeff=", "\u00a0=", "＝")
    calls = ("cmd|' /C calc'!A0", 'HYPERLINK("https://example.org","open")', "1+1", "WEBSERVICE(A1)")
    return [sign + call for sign, call in product(signs, calls)]


def _letters() -> list[str]:
    """Letters that turn, hide, pile up or are none."""
    around = (
        "\u202e{}\u202c",
        "\u2066{}",
        "\u200f{}",
        "\u200b{}\u200b",
        "{}\u0301" + "\u0336" * 40,
        "\U000e0041{}",
        "\x1b[31m{}",
    )
    made = [one.format(text) for one in around for text in ("Pont-Sondé", "<b>Gonaïves</b>", "gnp.exe")]
    return [
        *made, "\ud800", "\udfff<script>alert(1)</script>", "a\x00b", "\x07\x08", "\ufffe\uffff", "👩‍👩‍👧 🇭🇹", "ﷺ" * 40,
        "א ב ג <i>", "x" * 4000, "<" * 500, "&" * 500, "'\"" * 200, " ", "\u3000", "\r", "İıſK", "\u2067\u2067\u2067",
    ]  # fmt: skip


def _comments() -> list[str]:
    opened = (
        "<!--",
        "<!-->",
        "<!--->",
        "<![CDATA[",
        "<?xml ",
        "<!DOCTYPE x [",
        "<!ENTITY x SYSTEM 'file:///x'>",
        "/*",
        "//",
    )
    return [f"{one}{rest}" for one in opened for rest in ("<script>", f"><script>{ACTS[0]}</script>", "")]


def _others() -> list[str]:
    tags = (
        "<base href=https://example.org/>", "<meta http-equiv=refresh content='0;url=https://example.org'>",
        "<link rel=stylesheet href=https://example.org/x.css>", "<iframe src=javascript:alert(1)>",
        "<iframe srcdoc='<script>top.hit=1</script>'>", "<embed src=https://example.org>", "<object data=javascript:alert(1)>",
        "<form action=https://example.org><button>", "<template><script>alert(1)</script></template>", "<plaintext>",
        "<xmp>", "<noembed>", "<select><option>", "<table><td>", "<frameset onload=alert(1)>", "<portal src=x>",
        "<style>*{display:none}</style>", "<title>other</title>", "<div id=artimap-data>{}</div>", "<div id=stage>",
        "<a id=DATA name=artimap>", "<img name=body>", "<script src=https://example.org/x.js></script>",
        "<script type=module>import 'https://example.org/x.js'</script>", "<button popovertarget=x>", "<dialog open>",
    )  # fmt: skip
    return list(tags)


def payloads() -> tuple[str, ...]:
    """Give all of them, each once, in the same order each time."""
    ways_out = [end + run.format(act=ACTS[n % len(ACTS)]) for n, (end, run) in enumerate(product(_ENDS, _RUNS))]
    families = (
        ways_out, _handlers(), _addresses(), _pictures(), _templates(), _breaks(), _cells(), _letters(), _comments(),
        _others(),
    )  # fmt: skip
    return tuple(dict.fromkeys(one for family in families for one in family))


# --- tables of them ------------------------------------------------------------------------------

_TIES = {"place_id", "pcode", "adm2_pcode", "adm3_pcode", "parent", "road_id", "corridor_id", "lixel_id", "event_ids"}
"""Columns that tie tables to the embedded layers: they hold keys, and are left as they are."""


def kept(text):
    """Give what of a text a table can hold: a lone surrogate has no bytes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def free_columns(table):
    """Names of a table's columns that take any text."""
    return [one.name for one in table.columns if one.kind == "text" and one.words is None and one.name not in _TIES]


FILLED = frozenset(one.name for one in ZONES.columns if one.required)


def longer(frame, n, key):
    """Repeat rows until there are n, each with a key of its own."""
    rows = list(islice(cycle(range(len(frame))), n))
    out = frame.iloc[rows].reset_index(drop=True)
    out[key] = pd.Series([f"{one}~{at}" for at, one in enumerate(out[key])], index=out.index, dtype=schema.TEXT)
    return out


def spread(frame, columns, texts, *, keep=(), filled=()):
    """Put the texts into each of the columns, all of them into each, each column one further on.

    In the columns ``filled``, where a table may have no blank, a dash stands for those that are only spaces.
    """
    out = frame.copy()
    for step, column in enumerate(name for name in columns if name in out.columns and name not in keep):
        turned = [kept(texts[(at + step) % len(texts)]) for at in range(len(out))]
        turned = ["-" if column in filled and not one.strip() else one for one in turned]
        out[column] = pd.Series(turned, index=out.index, dtype=schema.TEXT)
    return out


def hostile_tables(tables, texts):
    """Give tables of a briefing in which every free text is hostile, ids of events, zones and posts too."""
    n = len(texts)
    ids = [f"{kept(text)}#{at}" for at, text in enumerate(texts)]
    events = spread(longer(tables["events"], n, "event_id"), free_columns(EVENTS), texts, keep=("licence",))
    claims = longer(tables["ledger"].claims, 2 * n, "claim_id")
    claims = spread(claims, free_columns(CLAIMS), texts, keep=("licence", "sensitivity"))
    claims["claim_id"] = pd.Series([f"{kept(texts[at % n])}#{at}" for at in range(2 * n)], dtype=schema.TEXT)
    claims["subject"] = pd.Series([ids[at % n] for at in range(2 * n)], dtype=schema.TEXT)
    events["event_id"] = pd.Series(ids, dtype=schema.TEXT)
    zones = spread(longer(tables["zones"], n, "zone_id"), free_columns(ZONES), texts, keep=("layer",), filled=FILLED)
    posts = spread(longer(tables["checkpoints"], n, "checkpoint_id"), free_columns(CHECKPOINTS), texts)
    for frame, column in ((zones, "zone_id"), (posts, "checkpoint_id")):
        frame[column] = pd.Series(ids, dtype=schema.TEXT)
    risk = spread(tables["risk"], ("name", "caution"), texts)
    ledger = Ledger(claims, tables["ledger"].subjects, tables["ledger"].posts)
    return {**tables, "events": events, "zones": zones, "checkpoints": posts, "risk": risk, "ledger": ledger}


def hostile_days(tables, texts, days):
    """Give RISK on earlier days whose names, other ones each day, and events behind them are hostile."""
    ids = [f"{kept(text)}#{at}" for at, text in enumerate(texts)]
    made = {}
    for n, day in enumerate(days):
        turned = texts[7 * n + 1 :] + texts[: 7 * n + 1]
        risk = spread(tables["risk"], ("name", "caution"), turned)
        behind = [schema.join_names(ids[at::9][:14]) for at in range(len(risk))]
        made[day] = risk.assign(event_ids=pd.Series(behind, dtype=schema.TEXT), rate=risk["rate"] * (n + 2))
    return made


def hostile_posts(posts, texts, days):
    """Give posts on earlier days, all of whose texts are hostile and other ones each day; half are on these days only."""
    made = {}
    for n, day in enumerate(days):
        turned = spread(posts, free_columns(CHECKPOINTS), texts[3 * n + 2 :] + texts[: 3 * n + 2])
        ids = [one if at % 2 else f"{one}~then" for at, one in enumerate(posts["checkpoint_id"])]
        made[day] = turned.assign(checkpoint_id=pd.Series(ids, index=turned.index, dtype=schema.TEXT))
    return made


def hostile_zones(zones, texts, day):
    """Give zones over time: those of the map, and as many that ended on a day, all of whose texts are hostile."""
    turned = spread(zones, free_columns(ZONES), texts[5:] + texts[:5], keep=("layer",), filled=FILLED)
    turned["zone_id"] = (zones["zone_id"] + "~2015-01-01").astype(schema.TEXT)
    gone = turned.assign(valid_from=pd.NaT, valid_to=pd.Timestamp(day))
    both = pd.concat([zones, gone.astype(zones.dtypes.to_dict())], ignore_index=True)
    return both.assign(valid_to=both["valid_to"].where(both["zone_id"].str.endswith("~2015-01-01")))


def hostile_names(read, texts):
    """Make a reader of places, units or roads that gives hostile names; places enough for all of them."""

    def reader(*given, **more):
        frame: gpd.GeoDataFrame = read(*given, **more)
        if "place_id" in frame.columns:
            frame = longer(frame, max(len(texts), len(frame)), "place_id")
        return spread(frame, ("name", "name_fr", "name_ht", "aliases", "source", "ref"), texts)

    return reader


def hostile_area(area, text):
    """Give an area whose label is hostile."""
    return replace(area, label=text)
