"""Stand-in for Alibaba Cloud's SMS service: SendSms of 2017-05-25, signed by ACS3-HMAC-SHA256.

Owns: the check of every signature, the registered signatures and templates, the published limits per number, delivery
reports, and the SMS inboxes of the phones.

Refuses: an unsigned header, a nonce used twice, a clock a quarter of an hour off, free text, a variable that is
missing, that nobody asked for or that holds an address.

Remember:
1. Nearly every refusal of a message is a 200 with a `Code`; a 4xx is about the request, its key or its signature.
2. Templates come from a file, as the real ones come from the console; the file is read again when it has changed.
3. The signature is computed here from the published description, not by the code under test.
"""
