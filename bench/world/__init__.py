"""A seeded district with as many people as asked: made once, kept as a template database, copied for each run."""

from bench.world.build import World, copy_world, drop_copy

__all__ = ["World", "copy_world", "drop_copy"]
