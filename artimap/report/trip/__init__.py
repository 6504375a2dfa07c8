"""A trip told: one page, a card of plain text, a track and a file for programs, all from the same plain content."""
