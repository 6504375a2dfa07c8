"""A map as files for other programs."""
