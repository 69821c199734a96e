"""What disputes know, read-only: one module per noun."""
