"""Estimators of deep excitations: the NMM and every baseline it is shown beside, one interface."""
