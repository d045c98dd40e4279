"""The elbow with known truth: its model, simulated subjects and their recorded trials."""
