"""Recordings of a lab's instruments: signals with their rates and units, as files state them."""
