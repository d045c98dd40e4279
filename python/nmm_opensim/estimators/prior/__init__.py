"""What is known of a muscle before any moment is looked at: its neighbours and other subjects."""
