"""What is decided about messages, without touching anything: one module per decision."""
