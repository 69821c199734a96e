"""What disputes take and give on the wire."""
