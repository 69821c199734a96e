"""What the rest of the house may do with files."""

from api.files.service.keeping import claim_file, claim_files, keep_file, keep_prepared, look_for_room
from api.files.service.links import open_link, read_linked, show_own_file, sign_file_link
from api.files.service.preparing import prepare_file
from api.files.service.receiving import Body, ask_upload, begin_upload, find_upload, receive_bytes
from api.files.service.removing import drop_orphans, drop_removed_bytes, drop_unclaimed, remove_files
from api.files.service.uploads import expire_uploads, show_upload, terminate_upload

__all__ = [
    "Body",
    "ask_upload",
    "begin_upload",
    "claim_file",
    "claim_files",
    "drop_orphans",
    "drop_removed_bytes",
    "drop_unclaimed",
    "expire_uploads",
    "find_upload",
    "keep_file",
    "keep_prepared",
    "look_for_room",
    "open_link",
    "prepare_file",
    "read_linked",
    "receive_bytes",
    "remove_files",
    "show_own_file",
    "show_upload",
    "sign_file_link",
    "terminate_upload",
]
