"""Stand-ins for the message providers, and the phones behind them.

Owns: separate processes that take the place of FCM HTTP v1 (`fcm`), of a Web Push service
(`webpush`), of Twilio's REST API (`twilio`), of Alibaba Cloud's SMS service (`aliyun`) and of
the members' phones (`phones`) on a machine without credentials. The real SDKs and signatures
talk to them; only the base URL is configuration.

Refuses: any import of `api`, any knowledge of Gridloop's tables, and any request the
published documents forbid. A stand-in that is more lenient than the original hides faults.

Remember:
1. The ledger is the ground truth: a request is in it before it is answered, or it was not
   accepted. Fault tests count against it.
2. Misbehaviour is drawn from a seed, the message's key and its attempt, never from a clock,
   so a run repeats whatever the order of arrival.
3. Phones use the public API only. What they cannot do, a real phone cannot do either.
"""
