"""Pure decisions of disputes: states, who may see what, the score, deadlines, what belongs together."""
