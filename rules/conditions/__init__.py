"""Conditions, one file each; the visible list of all of them is in `bot/wiring.py`."""
