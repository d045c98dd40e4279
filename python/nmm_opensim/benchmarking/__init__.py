"""Hide-a-muscle: every estimator asked for a recorded muscle that it was not shown."""
