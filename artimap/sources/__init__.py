"""Readers: one module a format, each giving a table of the schema and an account of every row."""

from __future__ import annotations

from artimap.core.files import table_csv
from artimap.sources.crosswalk import crosswalk
from artimap.sources.mapping import Mapping, read_mapping
from artimap.sources.registry import (
    READERS,
    mapping_beside,
    propose_mapping,
    read_events,
    read_report,
    recognise,
    validate,
)
from artimap.sources.result import Read
from artimap.sources.template import read_template, template_csv

__all__ = [
    "READERS",
    "Mapping",
    "Read",
    "crosswalk",
    "mapping_beside",
    "propose_mapping",
    "read_events",
    "read_mapping",
    "read_report",
    "read_template",
    "recognise",
    "table_csv",
    "template_csv",
    "validate",
]
