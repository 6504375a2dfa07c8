"""Posts on a road: what kind, where, since when, what they ask and who passes."""
