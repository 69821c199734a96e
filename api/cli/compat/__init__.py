"""Whether a new contract still serves a client that was built against the released one.

Pure: two documents in, findings out. Each finding is a sentence that names the operation, so that whoever broke it
knows whom they broke. `flask contracts compare` and the test suite run it against `mobile_contracts/compat/baseline/`.
"""

from api.cli.compat.catalogues import compare_enums, compare_errors
from api.cli.compat.documents import compare_documents
from api.cli.compat.findings import Finding, excuse
from api.cli.compat.freezing import strip_prose, write_lines
from api.cli.compat.pushes import compare_pushes

__all__ = [
    "Finding", "compare_documents", "compare_enums", "compare_errors", "compare_pushes", "excuse", "strip_prose",
    "write_lines",
]  # fmt: skip
