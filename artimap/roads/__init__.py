"""Roads: measured corridors, the spread of vague events along them, networks and densities."""
