"""Data made or fetched, each by its own ``python -m``; nothing of the package uses them."""
