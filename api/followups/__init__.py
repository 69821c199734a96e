"""The loop engine: planned visits after something was settled, until nothing is open any more.

Owns: plan templates and colour scales (versioned data), plans, visits with their clocks, contacts with their evidence,
calendar feeds. It serves any subject: a dispute, a child in care, a hazard, an inspection.
Refuses: to know what a subject is. It holds a kind, an id, a public reference and a place, never a name; the subject's
own area hears of every contact through a job row (`rules.subjects`).

Remember:
1. A visit's clocks are columns, fixed when it is planned. No edit moves them; what changes is always another visit.
2. Evidence never blocks: a report is stored whenever it comes, and its verdict and marks say what it is worth.
3. What is overdue climbs whether or not anybody owns it; an empty rung of the ladder is stepped over at once.
"""
