"""``python -m nmm_opensim.examples.raw_emg``: raw EMG of an elbow, simulated."""
