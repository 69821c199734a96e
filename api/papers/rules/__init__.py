"""How text becomes lines, and lines become pages; widths come in as a function."""
