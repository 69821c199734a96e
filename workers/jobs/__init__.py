"""One module per area of work; each job unpacks its timer and calls a service."""
