"""The neural musculoskeletal model: what a user declares, what is trained, and its file."""
