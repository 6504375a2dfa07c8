"""The house in figures: packages, floors, arrows and circles, modules and their importers, lines and comments.

Everything is counted from the source text alone, imports inside functions included.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "artimap"
_NO_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING,
    tokenize.ENDMARKER,
}  # fmt: skip


def modules() -> dict[str, Path]:
    """Give every module of the package by its dotted name."""
    out = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        out[name.removesuffix(".__init__")] = path
    return out


def imports() -> dict[str, set[str]]:
    """Give what each module imports of the package, at any depth of its code."""
    known = modules()
    out: dict[str, set[str]] = {name: set() for name in known}
    for name, path in known.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "artimap":
                for one in node.names:
                    full = f"{node.module}.{one.name}"
                    out[name].add(full if full in known else str(node.module))
            elif isinstance(node, ast.Import):
                out[name] |= {one.name for one in node.names if one.name in known}
        out[name].discard(name)
    return out


def package_of(module: str) -> str:
    """Give the package of the first level that a module lies in; nothing for what lies beside them."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and (PACKAGE / parts[1]).is_dir() else ""


def package_arrows(of: Mapping[str, Iterable[str]]) -> dict[str, set[str]]:
    """Give which package imports which."""
    out: dict[str, set[str]] = defaultdict(set)
    for module, others in of.items():
        here = package_of(module)
        if not here:
            continue
        out[here] |= {package_of(one) for one in others} - {here, ""}
    return dict(out)


def circles(of: Mapping[str, Iterable[str]]) -> int:
    """Count the circles that have to be broken, one after the other, until none is left."""
    graph, found = {name: set(others) for name, others in of.items()}, 0
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            ring = error.args[1]
            graph[ring[1]].discard(ring[0])
            found += 1
        else:
            return found


def floors(of: Mapping[str, Iterable[str]]) -> int:
    """Count the floors: a package stands one above the highest that it imports."""
    level: dict[str, int] = {}
    for name in TopologicalSorter(of).static_order():
        level[name] = 1 + max((level[one] for one in of.get(name, ())), default=0)
    return max(level.values())


def lines() -> tuple[int, int]:
    """Count the lines that hold code, without blanks, comments and docstrings; and those that hold a comment alone."""
    code = comments = 0
    for path in modules().values():
        text = path.read_text(encoding="utf-8")
        words = _docstring_lines(ast.parse(text))
        held: set[int] = set()
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                alone = not token.line[: token.start[1]].strip()
                comments += alone and not token.string.startswith(("# noqa", "# fmt", "# type"))
            elif token.type not in _NO_CODE:
                held |= set(range(token.start[0], token.end[0] + 1))
        code += len(held - words)
    return code, comments


def _docstring_lines(tree: ast.AST) -> set[int]:
    """Give the lines of every text that stands alone: docstrings, of values too."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def class_names() -> Counter[str]:
    """Count how often each class name is used."""
    return Counter(
        node.name
        for path in modules().values()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )


def table() -> list[tuple[str, str, str]]:
    """Give each figure with what it is to be."""
    of = imports()
    packages = package_arrows(of)
    importers = Counter(one for others in of.values() for one in others)
    code, comments = lines()
    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    door = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    typed = sum(len(node.names) for node in door)
    with_door = importers + Counter({f"artimap.{node.module}" for node in door})
    return [
        ("packages", f"{len(packages)}", "<= 12"),
        ("floors", f"{floors(packages)}", "<= 9"),
        ("import arrows between packages", f"{sum(map(len, packages.values()))}", "<= 90"),
        ("circles among modules", f"{circles(of)}", "0"),
        ("modules", f"{len(of)}", "<= 225"),
        ("modules with one importer", f"{sum(importers[name] == 1 for name in of)}", "<= 45"),
        ("the same, the stub counted too", f"{sum(with_door[name] == 1 for name in of)}", ""),
        ("lines of code", f"{code:,}", "<= 26,500"),
        ("comment lines per 100 of code", f"{100 * comments / code:.1f}", ">= 4"),
        ("class names used twice or more", f"{sum(n > 1 for n in class_names().values())}", "0"),
        ("public names in the stub", f"{typed}", "all"),
    ]


def run(_repeat: int = 1) -> None:
    """Print the table."""
    for name, figure, goal in table():
        print(f"{name:34} {figure:>8}   {goal}")
