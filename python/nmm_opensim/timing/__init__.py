"""How much EMG leads the motion it causes, from measured muscles only."""
