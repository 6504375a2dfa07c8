"""The road drawn as a line, kilometre by kilometre."""
