"""What an NMM is compared with."""
