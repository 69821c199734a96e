"""The wire of sync: pulling what changed, and sending what was done."""
