"""The map on paper, drawn without a browser."""
