"""Joint moments are examined before they teach: size, strength, residuals, timing."""
