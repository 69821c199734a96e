"""The station's ground and the people enrolled on it.

Owns: the unit tree (district, station, community or village, grid) with official codes, outlines and validity dates;
members with force, skills and certificates; the roster's way in and out; the coverage report.
Refuses: to repair an outline, to guess a datum, to find a unit by its name alone, and half a roster nobody asked for.

Remember:
1. A code is never a key: codes get withdrawn and come back, so a unit is its id, valid in [valid_from, valid_to).
2. Nothing is deleted: a unit is closed and can be reopened, a member leaves and can rejoin.
3. Every change of a member orders a job that brings duty's copy of the profile up to date.
"""
