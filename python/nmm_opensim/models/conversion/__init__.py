"""Muscles of other OpenSim classes converted to Millard2012EquilibriumMuscle."""
