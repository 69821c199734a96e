"""Measurements, each beside the limit it is judged against, in one run: `python -m bench [row ...]`.

Owns: a seeded world of a size that is asked for, the rounds (A and B in turn, so that a noisy neighbour hits both), and
`RESULTS.md`, where the newest figure stands beside the one before.
Refuses: a figure without what it is compared with, fewer than five rounds, and a database that is not its own.

Remember:
1. The world is made once per set of parameters and kept as a template; a run works on a copy and throws it away.
2. A row measures the shipped program (granian, the real routes, the real pusher), never a copy of its code.
3. Durable commits stay on: the bench cluster is as safe as the running one.
"""
