"""Kobo exports: questions in groups, a geopoint in four columns, and data about devices that nobody needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from artimap.areas.area import Area
from artimap.sources.column_map import Mapping, bare, propose, unused
from artimap.sources.licences import OWN
from artimap.sources.quarantine import Problems
from artimap.sources.raw_table import Raw, folded
from artimap.sources.reader import Reader, Terms
from artimap.sources.result import ParsedRows
from artimap.sources.tabular import read_mapped

_SIGNS: Final = frozenset(
    {"_id", "_uuid", "_submission_time", "_validation_status", "_index", "_status", "_submitted_by", "__version__",
     "_tags"}
)  # fmt: skip
_ODK: Final = frozenset(
    {"key", "submissiondate", "meta-instanceid", "instanceid", "submitterid", "deviceid", "formversion"}
)
_POINT_PARTS: Final = (
    ("_latitude", "lat"), ("_longitude", "lon"), ("_precision", "radius_m"), ("-latitude", "lat"),
    ("-longitude", "lon"), ("-accuracy", "radius_m"),
)  # fmt: skip
# When the form was filled in, from the nearest to the day of the event to the farthest.
_FORM_DAYS: Final = ("today", "start", "_submission_time", "submissiondate")
_OF_FORM: Final = frozenset(
    {"start", "end", "today", "key", "submissiondate", "meta_instanceid", "instanceid", "formversion", "reviewstate",
     "edits", "attachmentspresent", "attachmentsexpected", "status"}
)  # fmt: skip
_PERSONAL: Final = frozenset(
    {
        "deviceid", "device_id", "username", "user_name", "_submitted_by", "phonenumber", "phone_number", "simserial",
        "simid",
        "subscriberid", "email", "imei", "audit", "audit_url", "enumerator", "enumerator_name", "enqueteur",
        "nom_enqueteur",
        "nom_de_l'enqueteur", "telephone", "phone", "respondent_name", "background_audio", "meta/instancename",
        "instancename", "submitterid", "submittername",
    }
)  # fmt: skip
"""Columns about the person who filled in the form or the device used: never read, never kept."""
# Forms name these columns as they like ("meta/my_deviceid"): what holds such a word goes too. Better a
# column too many dropped than a phone number kept.
_WORDY: Final = ("deviceid", "device_id", "username", "phonenumber", "simserial", "subscriberid", "imei", "enumerator")


def recognise(columns: Sequence[str]) -> float:
    """Tell whether the columns are those of a Kobo export."""
    names = {_meta(name) for name in columns}
    if {"key", "submissiondate"} <= names or len(names & _ODK) >= 3:
        return 0.9
    signs = len(names & _SIGNS)
    if signs < 2 or not names & {"_uuid", "_submission_time", "__version__"}:
        return 0.0
    return min(1.0, 0.75 + 0.05 * signs)


def _meta(name: str) -> str:
    return name.strip().strip("\ufeff").casefold().replace(" ", "_")


def is_personal(name: str) -> bool:
    """Tell whether a column is about the enumerator or the device.

    >>> is_personal("meta/deviceid"), is_personal("incident/place")
    (True, False)
    """
    # The group of questions before the slash says nothing of the question.
    leaf = _meta(name).rsplit("/", 1)[-1]
    return (
        _meta(name) in _PERSONAL or leaf in _PERSONAL or bare(name) in _PERSONAL or any(word in leaf for word in _WORDY)
    )


def without_persons(raw: Raw) -> Raw:
    """Take out what tells of the enumerator or the device, before anything else is done."""
    dropped = {name for name in raw.columns if is_personal(name)}
    if not dropped:
        return raw
    # The names of dropped columns are told, never what was in them.
    return raw.without(dropped).noting(f"dropped, and kept nowhere: {', '.join(sorted(dropped))}")


def map_questions(columns: Sequence[str], labels: dict[str, str], cells: pd.DataFrame | None = None) -> Mapping:
    """Propose the mapping: the split geopoint, the accuracy of the device, and the questions by their words."""
    fixed: dict[str, str] = {}
    for name in columns:
        leaf = _meta(name)
        for ending, field in _POINT_PARTS:
            # Kobo marks them before the group or before the question; ODK parts them with a dash.
            marked = leaf.startswith("_") or "/_" in leaf or ending.startswith("-")
            if leaf.endswith(ending) and marked and field not in fixed:
                fixed[field] = name
    meta = {_meta(name): name for name in columns}
    if not {"lat", "lon"} <= set(fixed) and "_geolocation" in meta:
        fixed["point"] = meta["_geolocation"]
    for sign, field in (
        ("_uuid", "id"), ("key", "id"), ("_submission_time", "reported"), ("submissiondate", "reported")
    ):  # fmt: skip
        if sign in meta:
            fixed[field] = meta[sign]
    # "start" and "end" are when the form was filled in, not when the incident was.
    questions = [
        name
        for name in columns
        if name not in fixed.values() and not _meta(name).startswith("_") and folded(name) not in _OF_FORM
    ]
    found = dict(propose(questions, labels=labels, cells=cells).columns)
    # Kobo writes a geopoint whole and in parts: the parts are sure, the whole would be read twice.
    if "point" in found and {"lat", "lon"} <= set(fixed):
        del found["point"]
    # The day of the form is the best that is left, from the nearest to the day of the event to the
    # farthest; read() says so in a note.
    if "date" not in found:
        for name in _FORM_DAYS:
            if name in meta:
                found["date"] = meta[name]
                break
    # What the export itself states goes over what was proposed from words.
    return Mapping({**found, **fixed}, exact={"lat", "lon"} <= set(fixed))


def read(raw: Raw, area: Area, problems: Problems, mapping: Mapping | None) -> ParsedRows:
    """Read the submissions of a form. The device's accuracy is the radius in which a row lies."""
    used = mapping if mapping is not None else map_questions(raw.columns, raw.labels, raw.cells)
    notes = ["columns: " + ", ".join(f"{field} = {column}" for field, column in used.columns.items())]
    when = used.columns.get("date", "")
    if mapping is None and _meta(when) in _FORM_DAYS:
        notes.append(f"no question was seen to ask for the day of the incident: the day of the form ({when}) is taken")
    plain = raw.without({name for name in raw.columns if _meta(name).startswith("_") or folded(name) in _OF_FORM})
    notes += unused(plain, used)
    if mapping is None and _meta(when) in _FORM_DAYS and len(notes) > 2:
        notes.append("if one of these asks for it, say so in a mapping (artimap validate FILE --save-mapping)")
    if "radius_m" in used.columns and used.exact:
        notes.append("places are exact to what the device says")
    return read_mapped(raw, area, problems, used, version="Kobo export", prefix="kobo-", notes=notes)


READER: Final = Reader(
    "kobo",
    "exports of Kobo and ODK forms",
    recognise,
    read,
    Terms(OWN),
    mapping="kept",
    propose=lambda raw: map_questions(without_persons(raw).columns, raw.labels, raw.cells),
    without_persons=without_persons,
)
