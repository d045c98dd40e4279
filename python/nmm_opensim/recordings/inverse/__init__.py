"""Inverse kinematics and inverse dynamics by OpenSim's own tools."""
