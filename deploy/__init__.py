"""How Gridloop is put on a machine: `local` for one checkout on one machine, the container files for the rest."""
