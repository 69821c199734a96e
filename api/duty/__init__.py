"""Who is on duty, where they were last seen, and who can go now.

Owns: duty periods and shifts, one live row per member (`duty_live`), the trail of positions, the nearest search.
Refuses: a position captured outside duty or a task: it is answered, but never stored; and a position without a datum.

Remember:
1. `duty_live` carries a projection of the member's profile (force, skills, active), because the nearest-candidate
   search must be one indexed query. grids owns the facts; `refresh_profiles` copies them.
2. A fix that is not used is still kept in the trail, with its verdict; the last position only moves forward in time.
3. The trail is partitioned by the day of reception, since the capture time is whatever a phone claims.
"""
