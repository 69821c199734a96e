"""The wire of notifications."""
