"""The wire of reports."""
