"""What all else stands on: errors, words, tables, coordinate systems, days, files and the style of marks."""
