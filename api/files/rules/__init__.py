"""What is decided about files without looking anywhere but at them."""
