"""Readers: one module a format, each giving a table of the schema and an account of every row."""
