"""Readers: one module a format, each giving a table of the schema and an account of every row."""

from __future__ import annotations

from artimap.sources.embedded import read_events
from artimap.sources.template import read_template, template_csv

__all__ = ["read_events", "read_template", "template_csv"]
