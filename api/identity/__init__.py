"""Who people are, what they may do, and the phones they carry.

Owns: people, roles and the permission matrix, sign-in (SMS code; password with second factor), sessions, devices.
Refuses: to say whether a phone number is known before somebody proved to hold it.

Remember:
1. An access token lives 15 minutes, but every request looks its session up: signing out works at once.
2. A refresh token works once; the second use ends the whole family.
3. Names and numbers are sealed; a number is found again by its blind index.
"""
