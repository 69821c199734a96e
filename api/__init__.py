"""Gridloop's own code, cut by domain area; `ARCHITECTURE.md` says who may import whom."""
