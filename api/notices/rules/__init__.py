"""What is decided about notices, without touching anything."""
