"""Published recordings, as their authors left them, made into files that OpenSim reads."""
