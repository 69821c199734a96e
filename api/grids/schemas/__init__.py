"""What grids looks like on the wire."""
