"""Simulated phones of members: they answer, walk and report as people do, through the public API.

Owns: how a person replies (`behaviour`), where they walk (`walking`), and the app in their
pocket (`phone`, `errand`) or the phone without one (`plain`), many of them in one process (`town`).

Refuses: any door a real phone has not got. Codes come by SMS, offers by push and inbox.

Remember:
1. An idle phone costs nothing: two long polls serve all of them, and a position goes out
   every two minutes.
2. A push is only a bell. The phone then reads its inbox, which is the truth.
3. Every draw comes from the seed, the number and the offer, so a run repeats.
"""
