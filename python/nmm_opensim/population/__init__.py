"""Populations: statistics of many people's EMG, built from recordings and judged."""
