"""One report, several files: each writer turns the same sections into one format, and composes no sentence."""
