"""Muscles driven by EMG alone: no network, few parameters, fitted in seconds."""
