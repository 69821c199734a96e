"""The lives of a file and of a resumable upload."""

from api.files.types import FileEvent, FileState, UploadEvent, UploadState
from api.kernel.states import Machine

FILE = Machine(
    "file",
    FileState.UNCLAIMED,
    {
        (FileState.UNCLAIMED, FileEvent.CLAIM): FileState.CLAIMED,
        (FileState.UNCLAIMED, FileEvent.REMOVE): FileState.REMOVED,
        (FileState.CLAIMED, FileEvent.REMOVE): FileState.REMOVED,
    },
    final=frozenset({FileState.REMOVED}),
)

UPLOAD = Machine(
    "upload",
    UploadState.RECEIVING,
    {
        (UploadState.RECEIVING, UploadEvent.FINISH): UploadState.FINISHED,
        (UploadState.RECEIVING, UploadEvent.REFUSE): UploadState.REFUSED,
        (UploadState.RECEIVING, UploadEvent.TERMINATE): UploadState.TERMINATED,
        (UploadState.RECEIVING, UploadEvent.EXPIRE): UploadState.EXPIRED,
    },
    final=frozenset({UploadState.FINISHED, UploadState.REFUSED, UploadState.TERMINATED, UploadState.EXPIRED}),
)
