"""OpenSim's model in motion: coordinates, muscles and their paths."""
