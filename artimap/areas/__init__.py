"""Areas and their layers: embedded data, a user's own, corridors, places, units, and the gazetteer."""
