"""From raw surface EMG to the envelopes that an NMM learns from, and what is wrong with either."""
