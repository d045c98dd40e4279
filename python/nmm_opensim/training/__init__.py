"""Training an NMM from a setup, and scoring it."""
