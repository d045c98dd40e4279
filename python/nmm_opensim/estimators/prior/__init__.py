"""What is known of a muscle before any moment is looked at: neighbours, other people."""
