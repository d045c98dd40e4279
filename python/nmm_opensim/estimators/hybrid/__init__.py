"""A transformer taught by measured EMG and by joint moments at once."""
