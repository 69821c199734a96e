"""What the words of files are called."""

from api.files.types import FileState, MediaType, Purpose, UploadState
from api.kernel.labels import vocabulary

LABELS = (
    vocabulary("file_purpose", Purpose, {"photo": ("照片", "Photo"), "paper": ("材料", "Paper")}),
    vocabulary(
        "media_type",
        MediaType,
        {
            "image/jpeg": ("JPEG 图片", "JPEG image"),
            "image/png": ("PNG 图片", "PNG image"),
            "image/webp": ("WebP 图片", "WebP image"),
            "image/heic": ("HEIC 图片", "HEIC image"),
            "application/pdf": ("PDF 文档", "PDF document"),
        },
    ),
    vocabulary(
        "file_state",
        FileState,
        {
            "unclaimed": ("未使用", "Not used yet"),
            "claimed": ("已使用", "In use"),
            "removed": ("已删除", "Removed"),
        },
    ),
    vocabulary(
        "upload_state",
        UploadState,
        {
            "receiving": ("上传中", "Receiving"),
            "finished": ("已完成", "Finished"),
            "refused": ("未通过", "Refused"),
            "terminated": ("已取消", "Given up"),
            "expired": ("已过期", "Expired"),
        },
    ),
)
