"""The road network: lines joined into a graph of plain arrays."""
