"""What the cockpit asks of other processes."""
