"""The gate on the way out: who a product is for, what it leaves out, and what it must say.

:func:`release` decides row by row from licence and sensitivity; :func:`write_table` writes
what it lets through, with a notice beside it; :func:`gate` does the same for map, report and briefing.
What goes around them (``GeoDataFrame.to_file``) is not guarded: see ``docs/sharing.md``.
"""
