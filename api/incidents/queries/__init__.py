"""What incidents know, read-only: one module per noun."""
