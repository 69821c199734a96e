"""Stand-in for Twilio's REST API 2010-04-01, messages only.

Owns: creating, reading and listing messages, the errors Twilio answers with, the signed
status callbacks, and the SMS inboxes of the phones.

Refuses: what Gridloop does not use (media, schedules, content templates, other channels): a
request for it gets a clear 400 instead of an answer that pretends.

Remember:
1. A parameter the OpenAPI document does not list is refused; the real service ignores it
   silently, which is how a misspelt one goes unnoticed.
2. Status callbacks may be late, doubled, shuffled, lost, or earlier than the answer to the
   request; all of that is a setting.
3. The message reaches the phone when it is "delivered", not when it is accepted.
"""
