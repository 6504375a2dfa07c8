"""The night job: every briefing that a TOML file asks for in one run, from sources that are read once."""

from __future__ import annotations

import datetime as dt
import glob
import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd

from artimap.areas.area import AREAS, Area, area, read_roads
from artimap.areas.corridors import read_corridor
from artimap.areas.road_network import area_roads
from artimap.claims.ledger import Ledger
from artimap.claims.linkage_decisions import read_decisions
from artimap.claims.readers import read_claims
from artimap.core.dates import day_of
from artimap.core.errors import ArtimapError, ExtraError, SchemaError, ShareError
from artimap.core.files import write_text
from artimap.core.folder_swap import held, replace_folder, settle
from artimap.core.notebook import Shown
from artimap.core.reasons import in_sentences
from artimap.core.text import unaccented
from artimap.core.vehicles import vehicle_of
from artimap.core.vocab import Audience, Lang
from artimap.report.previous import MANIFEST, check_since
from artimap.report.report import FORMATS
from artimap.sharing.policy import SharePolicy, read_policy
from artimap.sources.registry import read_movements, read_report, read_road_status
from artimap.studies.briefing import written_before
from artimap.studies.inputs import Gathered, gather
from artimap.studies.routes import Routes, routes
from artimap.studies.study import Progress, Study, silent, study_of_inputs
from artimap.studies.trip_files import write_trip

RUN_FILE: Final = "run.json"
"""What a run tells of itself, written last: a folder without it is of a run that did not end."""

KIND: Final = "artimap-run"
SOURCES: Final = ("events", "claims", "road_status", "movements", "decisions")
_FILES: Final = {"events": "own_reports", "claims": "own_claims"}
_NOT_ROWS: Final = re.compile(r"^(\.|~\$)|\.quarantine\.csv$")
"""Names of files that lie about where tables lie: a spreadsheet's lock, and what artimap itself rejected."""

PREVIOUS: Final = "previous"
LAST: Final = "last"
FAILED, SOME_LEFT, NONE_USED = 1, 3, 4
"""Exit codes: a folder that was asked for is not there; rows or sources left out under ``strict``; no row used."""


# -- the plan ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NightTrip:
    """A trip that a night job tells of: places as in :func:`artimap.routes`; a vehicle or stops make it internal."""

    start: str
    stop: str
    vehicle: str | None = None
    via: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its folders are called, without audience and language."""
        words = (self.start, *self.via, self.stop, *([self.vehicle] if self.vehicle else []))
        return "-".join(["trip", *(re.sub(r"[^a-z0-9]+", "-", unaccented(one).lower()).strip("-") for one in words)])


@dataclass(frozen=True, slots=True)
class Retention:
    """How many earlier runs stay: the newest ``runs`` (this one included), and those of the last ``days``.

    A run goes when neither keeps it; where both are null, all stay.
    """

    runs: int | None = None
    days: int | None = None


@dataclass(frozen=True)
class NightPlan:
    """What a night job makes, of what, for whom. :func:`artimap.read_night_plan` reads one.

    Attributes
    ----------
    folder
        Where the file lies: sources are looked for from there.
    areas, roads, audiences, languages
        One briefing for each of them; of a road that several areas have, one each. No roads: each area's own.
    formats
        What else the full report is written as, beside HTML and Markdown.
    sources
        Paths or globs of the user's files, by what they hold.
    trips
        Trips between places, a folder for each audience and language.
    since
        ``"previous"``: with what changed since the last good run's briefing of the road for the same audience.
    retention
        How many earlier runs stay.
    out
        Where the runs' folders stand, each named by its day.
    policy
        A sharing policy, or None.
    licence, today
        As in :func:`artimap.study`.
    as_of
        The day of the answer; None for the last day that the data speak of.
    strict
        Whether rows or sources that were left out count in the exit code.

    Examples
    --------
    >>> import artimap as am
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "briefing.toml"
    ...     _ = file.write_text('roads = ["rn1", "rn5"]', encoding="utf-8")
    ...     plan = am.read_night_plan(file)
    >>> [one.value for one in plan.audiences]
    ['partners']
    """

    folder: Path
    areas: tuple[str, ...] = ("artibonite",)
    roads: tuple[str, ...] = ()
    audiences: tuple[Audience, ...] = (Audience.PARTNERS,)
    languages: tuple[Lang, ...] = (Lang.EN,)
    formats: tuple[str, ...] = ()
    sources: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trips: tuple[NightTrip, ...] = ()
    since: Literal["previous"] | None = None
    retention: Retention = Retention()
    out: Path = Path("briefings")
    policy: Path | None = None
    licence: str | None = None
    today: dt.date | None = None
    as_of: dt.date | None = None
    strict: bool = False

    def road_ids(self, where: Area) -> tuple[str, ...]:
        """Give the roads of an area that are asked for.

        Examples
        --------
        >>> import artimap as am
        >>> import tempfile
        >>> from pathlib import Path
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder) / "briefing.toml"
        ...     _ = file.write_text('roads = ["rn1", "rn5"]', encoding="utf-8")
        ...     plan = am.read_night_plan(file)
        >>> plan.road_ids(am.area("artibonite"))
        ('rn1', 'rn5')
        """
        there = set(read_roads(where)["road_id"])
        return tuple(one for one in self.roads if one in there) if self.roads else (where.corridor_id,)


def sample_plan() -> str:
    """Give a plan with every key, each with a comment: what ``artimap template run`` writes."""
    return resources.files("artimap.studies").joinpath("briefing.toml").read_text(encoding="utf-8")


def read_night_plan(path: str | Path) -> NightPlan:
    """Read what a night job makes from a TOML file; ``docs/night.md`` says what each key means.

    Parameters
    ----------
    path
        The file. Paths in it are relative to where it lies.

    Returns
    -------
    NightPlan
        The plan, checked.

    Raises
    ------
    ShareError
        If the file cannot be read, or a key or value is not known: all that is wrong, with what is nearest.

    Examples
    --------
    >>> import artimap as am
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "briefing.toml"
    ...     _ = file.write_text('roads = ["rn1", "rn5"]', encoding="utf-8")
    ...     plan = am.read_night_plan(file)
    >>> plan.roads
    ('rn1', 'rn5')
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        msg = f"{path} is not there; artimap template run -o {path} writes one to fill in"
        raise ShareError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path} is no TOML: {error}"
        raise ShareError(msg) from error
    wrong: list[str] = []
    read: dict[str, Any] = {}
    for name, value in content.items():
        try:
            _part(path.name, {name: value}, tuple(_READ))
            read[name] = _READ[name](name, value)
        except ArtimapError as error:
            wrong.append(str(error))
    here = path.absolute().parent
    for name in ("out", "policy"):
        if name in read:
            read[name] = here / read[name]
    plan = replace(NightPlan(here, out=here / "briefings"), **read)
    wrong += _strange_roads(plan)
    if wrong:
        msg = f"{path} is no plan of a run:\n" + "\n".join(f"  {one}" for one in wrong)
        raise ShareError(msg)
    return plan


def _not_known(name: object, known: Sequence[str] | Mapping[str, Any], where: str = "") -> str:
    names = list(known)
    near = get_close_matches(str(name).lower(), names, n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"{where}{name} is not known; {meant}there are: {', '.join(names)}"


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        msg = f"{name} is {value!r}: write it as a text in quotes"
        raise ShareError(msg)
    return value.strip()


def _texts(name: str, value: object, known: Sequence[str] = ()) -> tuple[str, ...]:
    """Read one text or a list of them, each once; of ``known`` ones where there are such."""
    given = [_text(name, one) for one in (value if isinstance(value, list) else [value])]
    strange = [one for one in given if known and one.lower() not in known]
    if strange or not given:
        msg = _not_known(strange[0], known, f"{name}: ") if strange else f"{name} is an empty list: leave it out"
        raise ShareError(msg)
    return tuple(dict.fromkeys(one.lower() if known else one for one in given))


def _count(name: str, value: object) -> int:
    if type(value) is not int or value < 1:
        msg = f"{name} is {value!r}: it takes a whole number from 1"
        raise ShareError(msg)
    return value


def _day(name: str, value: object) -> dt.date:
    if isinstance(value, str | dt.date):
        return day_of(value)
    msg = f"{name} is {value!r}: write a day as 2024-10-15"
    raise ShareError(msg)


def _part(name: str, value: object, keys: Sequence[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        msg = f"{name} is {value!r}: write a part [{name}] with {', '.join(keys)}"
        raise ShareError(msg)
    for key in value:
        if key not in keys:
            raise ShareError(_not_known(key, keys, f"[{name}] "))
    return value


def _trips(name: str, value: object) -> tuple[NightTrip, ...]:
    out = []
    for one in value if isinstance(value, list) else [value]:
        row = _part(f"[{name}]", one, ("from", "to", "vehicle", "via"))
        if not {"from", "to"} <= row.keys():
            msg = f"[[{name}]] needs from and to"
            raise ShareError(msg)
        vehicle = None if "vehicle" not in row else _text("vehicle", row["vehicle"])
        if vehicle is not None:
            vehicle_of(vehicle)
        via = _texts("via", row["via"]) if "via" in row else ()
        out.append(NightTrip(_text("from", row["from"]), _text("to", row["to"]), vehicle, via))
    if len({one.name for one in out}) < len(out):
        msg = f"[[{name}]]: the same trip stands twice"
        raise ShareError(msg)
    return tuple(out)


def _sources(name: str, value: object) -> dict[str, tuple[str, ...]]:
    return {key: _texts(f"{name}.{key}", given) for key, given in _part(name, value, SOURCES).items()}


def _retention(name: str, value: object) -> Retention:
    return Retention(**{key: _count(f"{name}.{key}", one) for key, one in _part(name, value, ("runs", "days")).items()})


def _since(name: str, value: object) -> str:
    return _texts(name, _text(name, value), (PREVIOUS,))[0]


def _yes(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        msg = f"{name} is {value!r}: it takes true or false"
        raise ShareError(msg)
    return value


_READ: Final[Mapping[str, Callable[[str, Any], Any]]] = {
    "areas": lambda name, value: _texts(name, value, tuple(AREAS)),
    "roads": lambda name, value: tuple(one.lower() for one in _texts(name, value)),
    "audiences": lambda name, value: tuple(map(Audience, _texts(name, value, tuple(Audience)))),
    "languages": lambda name, value: tuple(map(Lang, _texts(name, value, tuple(Lang)))),
    "formats": lambda name, value: _texts(name, value, tuple(FORMATS)),
    "sources": _sources,
    "trips": _trips,
    "since": _since,
    "retention": _retention,
    "out": _text,
    "policy": _text,
    "licence": _text,
    "today": _day,
    "as_of": lambda name, value: None if value == LAST else _day(name, value),
    "strict": _yes,
}
"""Every key of a plan, and how its value is read."""


def _strange_roads(plan: NightPlan) -> list[str]:
    """Name roads that none of the areas has, and areas that have none of the roads."""
    there = {name: set(read_roads(area(name))["road_id"]) for name in plan.areas}
    every = sorted(set().union(*there.values()))
    lone = [name for name, ids in there.items() if plan.roads and not ids & set(plan.roads)]
    return [
        *(_not_known(one, every, "roads: ") for one in plan.roads if one not in every),
        *(f"areas: {name} has none of the roads {', '.join(plan.roads)}" for name in lone),
    ]


# -- the sources -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """A file of the user as it was read; ``given`` is null where it could not be, and ``failed`` says why."""

    kind: str
    path: Path
    name: str
    given: Any = None
    rows: int = 0
    rejected: int = 0
    failed: str | None = None

    def told(self, where: str) -> dict[str, Any]:
        return {
            "area": where, "kind": self.kind, "file": self.name, "rows": self.rows, "rejected": self.rejected,
            "failed": self.failed,
        }  # fmt: skip


def _words(error: Exception, paths: Mapping[str, str]) -> str:
    """Say an error as it may be read over a shoulder: no cells, and files as the plan names them."""
    said = error.words(cells=False) if isinstance(error, SchemaError) else str(error)
    if isinstance(error, OSError):
        said = error.strerror or said
    for path, name in paths.items():
        said = said.replace(path, name)
    return said


def _matches(plan: NightPlan) -> tuple[list[_Source], list[dict[str, str]]]:
    """Give the files of the plan, each once, in order of their names; and the globs that match none."""
    found, empty = [], []
    for kind in SOURCES:
        seen: set[Path] = set()
        for pattern in plan.sources.get(kind, ()):
            exact = plan.folder / pattern
            paths = [exact]
            if not exact.exists() and glob.has_magic(pattern):
                names = sorted(glob.glob(pattern, root_dir=plan.folder, recursive=True))  # noqa: PTH207 - takes whole paths too
                paths = [plan.folder / one for one in names if not _NOT_ROWS.search(Path(one).name)]
                paths = [one for one in paths if one.is_file()]
                if not paths:
                    empty.append({"kind": kind, "glob": pattern})
            for path in paths:
                if path.resolve() not in seen:
                    near = path.is_relative_to(plan.folder)
                    found.append(_Source(kind, path, path.relative_to(plan.folder).as_posix() if near else path.name))
                seen.add(path.resolve())
    return found, empty


def _read_source(one: _Source, where: Area, plan: NightPlan) -> _Source:
    """Read a file; one that cannot be read leaves the others."""
    path, more = one.path, {"licence": plan.licence, "today": plan.today}
    given: Any
    try:
        if one.kind == "events":
            given = read_report(path, area=where, licence=plan.licence, today=plan.today)
            return replace(one, given=given, rows=given.rows, rejected=len(given.quarantine))
        if one.kind == "claims":
            given = read_claims(path, area=where, licence=plan.licence, today=plan.today)
            return replace(one, given=given, rows=len(given.claims))
        if one.kind == "decisions":
            path.stat()  # a file that is gone says so in the words of the system
            given = read_decisions(path)
            return replace(one, given=given, rows=len(given))
        given = read_road_status(path, area=where) if one.kind == "road_status" else read_movements(
            path, area=where, **more  # type: ignore[arg-type]
        )  # fmt: skip
        rejected = int(given.attrs.get("rejected", 0))
        return replace(one, given=given, rows=len(given) + rejected, rejected=rejected)
    except (ArtimapError, OSError) as error:
        return replace(one, failed=_words(error, {str(path): one.name}))


def _stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    """Make one table of several files of a kind."""
    if not tables:
        return None
    whole: pd.DataFrame = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    whole.attrs["rejected"] = sum(int(one.attrs.get("rejected", 0)) for one in tables)
    return whole


def _one_ledger(said: Sequence[Ledger]) -> Ledger | None:
    """Join statements of several files; where two files number theirs alike, the later ones get its number."""
    if not said:
        return None
    taken: set[str] = set()
    parts = []
    for number, one in enumerate(said, start=1):
        again = {key: f"{key}-{number}" for key in set(one.claims["claim_id"]) & taken}
        tables = [table.assign(claim_id=table["claim_id"].replace(again)) for table in (one.claims, one.posts)]
        taken |= set(tables[0]["claim_id"])
        parts.append(tables)
    posts = [table for _, table in parts if len(table)]
    return replace(
        said[0], claims=pd.concat([table for table, _ in parts], ignore_index=True),
        posts=pd.concat(posts, ignore_index=True) if posts else said[0].posts,
    )  # fmt: skip


def _joined(where: Area, sources: Sequence[_Source], plan: NightPlan, policy: SharePolicy | None) -> Gathered:
    """Gather what was read with the embedded data."""
    given: dict[str, list[Any]] = {kind: [] for kind in SOURCES}
    read_from = {}
    for one in sources:
        given[one.kind].append(one.given)
        number = len(given[one.kind])
        read_from[f"{_FILES.get(one.kind, one.kind)}{number if number > 1 else ''}"] = one.path
    claims = _one_ledger(given["claims"])
    return gather(
        where, given["events"] or None, _stacked(given["decisions"]), claims, _stacked(given["road_status"]),
        _stacked(given["movements"]), policy=policy, licence=plan.licence, today=plan.today, read_from=read_from,
    )  # fmt: skip


def _gathered(
    where: Area, sources: Sequence[_Source], plan: NightPlan, policy: SharePolicy | None
) -> tuple[Gathered, list[_Source]]:
    """Gather all sources; where they contradict one another, those that go together with the ones before them."""
    read = [one for one in sources if one.failed is None]
    with suppress(ArtimapError, OSError):
        return _joined(where, read, plan, policy), list(sources)
    kept: list[_Source] = []
    failed: dict[Path, str] = {}
    for one in read:
        try:
            _joined(where, [*kept, one], plan, policy)
        except (ArtimapError, OSError) as error:
            failed[one.path] = _words(error, {str(one.path): one.name})
        else:
            kept.append(one)
    told = [replace(one, failed=failed[one.path]) if one.path in failed else one for one in sources]
    return _joined(where, kept, plan, policy), told


# -- the run ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class NightRun(Shown):
    """What :func:`artimap.run_night` made.

    Attributes
    ----------
    folder
        The folder of the run.
    summary
        What ``run.json`` holds; ``docs/night.md`` says what each key means.
    exit_code
        What the command ends with.
    deleted
        Names of earlier runs that were deleted.

    Examples
    --------
    >>> import artimap as am
    >>> done = am.run_night(am.read_night_plan("briefing.toml"))  # doctest: +SKIP
    >>> done.exit_code  # doctest: +SKIP
    """

    folder: Path
    summary: dict[str, Any]
    exit_code: int
    deleted: tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        """Say the run in lines, what failed first.

        Examples
        --------
        >>> import artimap as am
        >>> from pathlib import Path
        >>> told = {"sources": [], "no_match": [], "notes": [], "folders": []}
        >>> list(am.NightRun(Path("nights"), told, 0, deleted=("2024-10-01",)).lines())[-1]
        'Deleted, earlier runs: 2024-10-01.'
        """
        told = self.summary
        for one in told["sources"]:
            if one["failed"] is not None:
                yield f"Source left out: {one['kind']} {one['file']}: {one['failed']}"
            elif one["rejected"]:
                yield (
                    f"{one['kind']} {one['file']}: {one['rejected']} of {one['rows']} rows rejected (why: artimap "
                    f"validate {one['file']})"
                )
        for one in told["no_match"]:
            yield f"No file matches {one['kind']} {one['glob']}"
        yield from told["notes"]
        for one in told["folders"]:
            if one["failed"] is not None:
                yield f"Not written: {one['folder']}: {one['failed']}"
        done = [one for one in told["folders"] if one["failed"] is None]
        rows = sum(one["rows"] for one in told["sources"])
        used = sum(one["rows"] - one["rejected"] for one in told["sources"] if one["failed"] is None)
        yield f"{self.folder}: {len(done)} folders of {len(told['folders'])}; {used} of {rows} rows of your files used."
        if self.deleted:
            yield f"Deleted, earlier runs: {', '.join(self.deleted)}."


def run_night(plan: NightPlan, *, progress: Progress = silent) -> NightRun:
    """Make every briefing of a plan in one run.

    Sources are read, masked and linked once for an area, gated once for an audience, and drawn once for a road. Each
    folder takes its place in one step, and ``run.json`` stands beside them last. A source that cannot be read leaves
    the others, a folder that cannot be made too; both are told. No clock is read: same inputs, same bytes.

    Parameters
    ----------
    plan
        What is made (:func:`artimap.read_night_plan`).
    progress
        Called with a few words before each step.

    Returns
    -------
    NightRun
        What was made and what was left out.

    Raises
    ------
    ExtraError
        If a format needs an extra that is not installed.
    ArtimapError, OSError
        If the policy or a trip cannot be read, or the folder of the runs cannot be written; where another run is at
        work there the error says so.

    Examples
    --------
    >>> import artimap as am
    >>> done = am.run_night(am.read_night_plan("briefing.toml"))  # doctest: +SKIP
    >>> done.exit_code  # doctest: +SKIP
    0
    """
    policy = None if plan.policy is None else read_policy(plan.policy)
    areas = [area(name) for name in plan.areas]
    for where in areas:
        for trip in plan.trips:
            for place in (trip.start, *trip.via, trip.stop):
                area_roads(where).spot(place)
    with held(plan.out):
        progress("reading the sources")
        files, empty = _matches(plan)
        gathered, sources = {}, []
        for where in areas:
            gathered[where], read = _gathered(where, [_read_source(one, where, plan) for one in files], plan, policy)
            sources += [one.told(where.name) for one in read]
        days = {
            (where, reader): plan.as_of or inputs.last_day(where, reader, policy)
            for where, inputs in gathered.items() for reader in plan.audiences
        }  # fmt: skip
        day = plan.today or plan.as_of or max(days.values())
        night = _Night(plan, policy, plan.out / day.isoformat(), progress)
        # What stands there is of a run that ended: from here on this one has not.
        (night.folder / RUN_FILE).unlink(missing_ok=True)
        for (where, reader), as_of in days.items():
            night.briefings(where, gathered[where], reader, as_of)
        left = {"unplaced": 0, "nowhere": 0, "undecided": 0}
        for one in gathered.values():
            left["unplaced"] += 0 if one.own is None else one.own.unplaced
            left["nowhere"] += 0 if one.own_claims is None else int((one.own_claims["subject"] == "nowhere").sum())
            left["undecided"] += one.undecided
        code = _exit_code(plan, night.folders, sources, left)
        summary = {
            "kind": KIND, "version": 1, "run": day.isoformat(), "exit_code": code, "sources": sources,
            "no_match": empty, "rows_left": left, "notes": night.notes, "folders": night.folders,
        }  # fmt: skip
        night.folder.mkdir(parents=True, exist_ok=True)
        deleted = _delete_old(plan, day) if any(one["failed"] is None for one in night.folders) else ()
        write_text(night.folder / RUN_FILE, json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    return NightRun(night.folder, summary, code, deleted)


def _exit_code(
    plan: NightPlan, folders: Sequence[Mapping[str, Any]], sources: Sequence[Mapping[str, Any]], left: Mapping[str, int]
) -> int:
    if any(one["failed"] is not None for one in folders):
        return FAILED
    read = [one for one in sources if one["failed"] is None and one["kind"] != "decisions"]
    given = any(one["rows"] or one["failed"] is not None for one in sources if one["kind"] != "decisions")
    if given and not any(one["rows"] > one["rejected"] for one in read):
        return NONE_USED
    lost = any(one["rejected"] or one["failed"] is not None for one in sources)
    return SOME_LEFT if plan.strict and (lost or left["unplaced"] or left["nowhere"]) else 0


@dataclass(frozen=True)
class _Night:
    """A run at work: what was made so far."""

    plan: NightPlan
    policy: SharePolicy | None
    folder: Path
    progress: Progress
    folders: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def briefings(self, where: Area, inputs: Gathered, reader: Audience, as_of: dt.date) -> None:
        """Make the briefings of an area for an audience: gated once, then a road after the other."""
        first: Study | None = None
        for road_id in self.plan.road_ids(where):
            road = read_corridor(where, road_id)
            if first is None:
                study = first = study_of_inputs(where, inputs, road, day=as_of, audience=reader, policy=self.policy)
            else:
                study = first.on_road(road)
            since = self._since(study)
            for lang in self.plan.languages:
                name = f"{where.name}-" * (len(self.plan.areas) > 1) + f"{road_id}-{reader}-{lang}"
                self.progress(name)
                told = {
                    "folder": name, "kind": "briefing", "area": where.name, "road": road_id, "audience": reader.value,
                    "lang": lang.value, "as_of": as_of.isoformat(),
                    "since": None if since is None else since.relative_to(self.plan.out).as_posix(),
                }  # fmt: skip
                self._write(told, partial(_briefing, study, lang, self.folder / name, since, self.plan.formats))
        if first is not None:
            self._trips(first)

    def _write(self, told: dict[str, Any], make: Callable[[], dict[str, Any]]) -> None:
        """Make a folder and tell of it; one that cannot be made leaves the others."""
        try:
            done = make()
        except ExtraError:
            raise
        except (ArtimapError, OSError) as error:
            self.folders.append({**told, "files": [], "failed": _words(error, {f"{self.plan.out}/": ""})})
        else:
            self.folders.append({**told, **done, "failed": None})

    def _trips(self, study: Study) -> None:
        """Make the folders of the trips; what is a plan goes to nobody but internal use."""
        for trip in self.plan.trips:
            try:
                found = routes(study, trip.start, trip.stop, vehicle=trip.vehicle or "truck", via=trip.via or None)
            except ShareError as error:
                self.notes.append(f"{trip.name} is not for the audience {study.audience}: {error}")
                continue
            for lang in self.plan.languages:
                name = f"{study.area.name}-" * (len(self.plan.areas) > 1) + f"{trip.name}-{study.audience}-{lang}"
                self.progress(name)
                told = {
                    "folder": name, "kind": "trip", "area": study.area.name, "road": None,
                    "audience": study.audience.value, "lang": lang.value, "as_of": study.as_of.isoformat(),
                    "since": None,
                }  # fmt: skip
                self._write(told, partial(_trip, found, lang, self.folder / name))

    def _since(self, study: Study) -> Path | None:
        """Give the briefing of the road for the same audience in the last good run before this one."""
        if self.plan.since is None:
            return None
        about = (study.area.name, study.corridor.corridor_id, study.audience.value)
        for run in sorted(_runs(self.plan.out), reverse=True):
            if run.name >= self.folder.name:
                continue
            for one in _summary(run).get("folders", ()):
                if (one["area"], one["road"], one["audience"]) != about or one["failed"] is not None:
                    continue
                folder = run / Path(one["folder"]).name
                try:
                    check_since(folder, study.audience)
                except ArtimapError as error:
                    self.notes.append(f"Not compared with {run.name}: {_words(error, {f'{self.plan.out}/': ''})}")
                else:
                    return folder
        return None


def _briefing(study: Study, lang: Lang, folder: Path, since: Path | None, formats: Sequence[str]) -> dict[str, Any]:
    files = study.contents(lang, since=since, formats=formats)
    replace_folder(folder, files, ours=written_before)
    gated = study.gated
    return {
        "files": _digests(files),
        "without_weight": in_sentences(study.risk.attrs["tally"]),
        "held_back": {"events": gated.events_held.total, "statements": gated.claims_held.total},
    }


def _trip(found: Routes, lang: Lang, folder: Path) -> dict[str, Any]:
    return {"files": _digests({path.name: path.read_bytes() for path in write_trip(found, folder, lang).files})}


def _digests(files: Mapping[str, bytes]) -> list[dict[str, Any]]:
    return [
        {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in files.items()
    ]


# -- earlier runs ----------------------------------------------------------------------------------------


def _runs(out: Path) -> Iterator[Path]:
    """Give the folders that are named by a day; a link is nobody's to follow."""
    for one in out.iterdir() if out.is_dir() else ():
        with suppress(ValueError):
            if dt.date.fromisoformat(one.name).isoformat() == one.name and one.is_dir() and not one.is_symlink():
                yield one


def _object(path: Path) -> dict[str, Any]:
    """Read a JSON object; empty where there is none that can be read."""
    with suppress(OSError, ValueError):
        read = json.loads(path.read_bytes())
        return read if isinstance(read, dict) else {}
    return {}


def _summary(run: Path) -> dict[str, Any]:
    """Read what a run told of itself; empty where that is not whole."""
    read = _object(run / RUN_FILE)
    keys = {"area", "road", "audience", "folder", "failed"}
    folders = read.get("folders")
    whole = isinstance(folders, list) and all(isinstance(one, dict) and keys <= one.keys() for one in folders)
    return read if read.get("kind") == KIND and whole else {}


def _products(run: Path) -> dict[Path, set[str]]:
    """Give the folders in a run's folder that artimap wrote, with the names of its files: their manifests say so."""
    found = {}
    for one in sorted(run.iterdir()):
        manifest = {} if one.is_symlink() or not one.is_dir() else _object(one / MANIFEST)
        files = manifest.get("files")
        if isinstance(files, list) and one.name.endswith(f"-{manifest.get('audience')}-{manifest.get('lang')}"):
            names = {str(row.get("file")) for row in files if isinstance(row, dict)}
            found[one] = {name for name in names if Path(name).name == name}
    return found


def _delete_old(plan: NightPlan, day: dt.date) -> tuple[str, ...]:
    """Delete the earlier runs that the plan does not keep: their files, and each folder that is empty then.

    Only what a manifest of artimap names goes, and ``run.json``; whatever else lies there stays.
    """
    keep = plan.retention
    if keep.runs is None and keep.days is None:
        return ()
    gone, good = [], 1
    for run in sorted((one for one in _runs(plan.out) if one.name < day.isoformat()), reverse=True):
        for work in run.glob(".*.artimap"):  # what a dead run left is finished first
            settle(run / work.name[1 : -len(".artimap")])
        products, told = _products(run), _object(run / RUN_FILE).get("kind") == KIND
        recent = keep.days is not None and (day - dt.date.fromisoformat(run.name)).days < keep.days
        stays = recent or (keep.runs is not None and good < keep.runs)
        good += bool(products)
        if stays or not (products or told):
            continue
        for folder, names in products.items():
            for name in (*sorted(names - {MANIFEST}), MANIFEST):
                if not (folder / name).is_symlink():
                    (folder / name).unlink(missing_ok=True)
            with suppress(OSError):  # something of the user's lies in it
                folder.rmdir()
        if told:
            (run / RUN_FILE).unlink()
        with suppress(OSError):
            run.rmdir()
        gone.append(run.name)
    return tuple(gone)
