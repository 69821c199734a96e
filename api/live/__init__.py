"""Live: telling whoever is connected what has just changed, and nothing they may not know.

Owns the log behind the boards, the ids by which a stream goes on, who is told of what, and what an event carries.
Connections are the business of `workers.stream`. Refuses to ask the database once per stream: what is new is read once
for everybody, and each reader takes their part of it.

Remember: an id is a database snapshot and a place in the log, so what commits late is never missed; a row in an event
is what the REST answer would give this reader; what is lost with a connection is not lost from the log.
"""
