"""Compiled loops of the densities."""
