"""Muscle-tendon paths as fitted functions of the coordinates."""
