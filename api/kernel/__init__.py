"""The pure floor everything stands on: errors, states, ids, places, paging, masking.

Owns: the vocabulary shared by all areas that needs no framework, database, network or clock.
Refuses: anything that does I/O, reads the time, or draws randomness by itself.

Remember:
1. Time, randomness and ids arrive as arguments.
2. A `DomainError` has a stable code; only `api.http.errors` knows its HTTP status.
3. A place is WGS-84 inside; every other datum is converted at the edge.
"""
