"""Incidents: from the report to the call-back, and everybody who is asked to go.

Owns: incidents, dispatches with their needs and offers, who was picked and why, feedback, reviews,
call-backs, the timeline.
Refuses: a place without a datum; a second offer to one member for one dispatch; an end without review by somebody who
was not there and a word to the requester.

Remember:
1. Rows are locked in one order everywhere: incident, need, offer, dispatch, live member; an offer's own
   approach and watch only after it. Accepting never locks the incident, so that a hundred phones at once wait only for
   the places they compete for.
2. An open incident always has one waiting reminder, ordered when it entered its state; an edit does not touch it.
3. An answer that comes again, late or out of order is answered with the present state and changes nothing.
"""
