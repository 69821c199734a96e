"""Disputes: from the first call to the supervisor's signature.

Owns: cases, parties and what is known of them, who needs to know a case, its risk score, mediation, agreements and the
obligations in them, sign-off.
Refuses: planning visits (followups does), forgetting a case nobody owns, showing a party to whoever does not work on
it.

Remember:
1. The visits of a settled case come from followups, counted from the settlement.
2. Every reading and every search of a party's data is in the trail, the ones that found nothing too.
3. A case ends only by the signature of somebody who did not mediate it; no edit restarts a clock.
"""
