"""The wire: `desk` for the console, `phone` for members."""
