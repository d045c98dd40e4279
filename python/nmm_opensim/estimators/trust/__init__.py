"""How far an estimated muscle is to be believed, learnt from muscles that were masked."""
