"""Clients in six languages, generated from `mobile_contracts/openapi.json` without a network: `make clients`.

They are not checked in: whoever builds an app generates them from the document of the version they build against. The
test suite compiles three of them and lets each go through a task (tests/generated).
"""
