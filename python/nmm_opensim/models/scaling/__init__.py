"""A generic model to the subject's size, where no markers tell it."""
