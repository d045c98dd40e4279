"""Files as they lie on disk: read with every doubt said, written whole or not at all."""
