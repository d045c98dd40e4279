"""Which foot stood on which plate, gait events, strides, and loads of each foot."""
