"""The corridor report: what is known of a road on a day, by whom, and what is not known."""
