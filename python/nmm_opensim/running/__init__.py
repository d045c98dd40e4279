"""NMMs inside OpenSim: the plugin, opensim-cmd, what a run wrote, and pictures of it."""
