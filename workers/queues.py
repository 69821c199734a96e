"""The RQ queues. Each is drained by a worker process of its own: a worker on two queues can lose a job for good."""

URGENT = "urgent"  # steps of a running dispatch: a late one delays help
NORMAL = "normal"  # everything else
ALL = (URGENT, NORMAL)
