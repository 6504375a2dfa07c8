"""Ways through a network of roads: the least, the trade-offs between two costs, and what is left when a road closes."""
