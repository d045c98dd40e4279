"""From a model and recordings to complete setup files."""
