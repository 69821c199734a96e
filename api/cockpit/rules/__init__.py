"""Which pages there are, in which order, and for whom; what a browser may load; how words are found."""
