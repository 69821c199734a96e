"""The names of the points at which a test has the API die; see `failpoints`, which needs an installation to import."""

HEADER = "Failpoint"
BEFORE_COMMIT, AFTER_COMMIT, BEFORE_ANSWER = "before-commit", "after-commit", "before-answer"
POINTS = (BEFORE_COMMIT, AFTER_COMMIT, BEFORE_ANSWER)
