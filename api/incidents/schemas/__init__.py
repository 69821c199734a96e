"""The wire: `orders` and `desk` for the console, `phone` for members."""
