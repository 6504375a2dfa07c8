"""The map page: what is written into HTML."""
