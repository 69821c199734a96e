"""What can go wrong with files."""

from api.kernel.errors import DomainError, Kind


class FileTypeRefused(DomainError):
    """The bytes are of no kind this purpose takes; the name and the declared type count for nothing."""

    code, kind = "file_type_refused", Kind.INVALID
    zh = "文件类型不符：照片可用 JPEG、PNG、WebP、HEIC；文书还可用 PDF。请按实际内容重新选择。"
    en = "Not a kind of file taken here: photos are JPEG, PNG, WebP or HEIC; papers may also be PDF."


class FileEmpty(DomainError):
    """There are no bytes."""

    code, kind = "file_empty", Kind.INVALID
    zh = "文件是空的。"
    en = "The file is empty."


class FileTooLarge(DomainError):
    """More bytes than a file may have."""

    code, kind = "file_too_large", Kind.TOO_LARGE
    zh = "文件过大，上限为 {most_mb} MB。"
    en = "The file is too large; at most {most_mb} MB are taken."


class ImageTooLarge(DomainError):
    """More pixels than are decoded."""

    code, kind = "image_too_large", Kind.INVALID
    zh = "图片像素过多（{megapixels} 百万像素），上限为 {most} 百万像素，请缩小后再传。"
    en = "The image has {megapixels} megapixels; at most {most} are taken. Make it smaller first."


class ImageUnreadable(DomainError):
    """The bytes begin as an image and cannot be decoded to the end."""

    code, kind = "image_unreadable", Kind.INVALID
    zh = "图片无法读取，可能已损坏或不完整，请重新拍摄或选择。"
    en = "The image cannot be read; it may be damaged or cut off. Take or choose it again."


class DocumentRefused(DomainError):
    """A PDF that is locked, damaged, carries something active, or is something else as well."""

    code, kind = "document_refused", Kind.INVALID
    zh = "PDF 无法接受（{reason}）：不能加密、损坏，也不能含脚本、附件或其他文件内容。请另存为普通 PDF。"
    en = "The PDF is refused ({reason}): it must not be locked, damaged, or hold scripts or other files. Print it anew."


class PersonQuotaSpent(DomainError):
    """The person brought as much today as anybody may."""

    code, kind = "person_quota_spent", Kind.TOO_MANY
    zh = "今天上传的文件已达上限，请明天再传或联系派出所。"
    en = "You have reached today's limit for files; go on tomorrow or ask the station."


class StationQuotaSpent(DomainError):
    """The station's room is full."""

    code, kind = "station_quota_spent", Kind.INVALID
    zh = "本所的文件空间已满，请联系管理员。"
    en = "The station's room for files is full; tell its administrator."


class LinkRefused(DomainError):
    """A link nobody here signed, or to a file that is no longer there."""

    code, kind = "file_link_refused", Kind.NOT_FOUND
    zh = "链接无效。"
    en = "This link is not valid."


class LinkEnded(DomainError):
    """A link whose time is over."""

    code, kind = "file_link_ended", Kind.GONE
    zh = "链接已过期，请重新打开。"
    en = "This link has ended; open the page again for a new one."


class TusVersion(DomainError):
    """The request names no version of tus we speak."""

    code, kind = "tus_version", Kind.STALE
    zh = "请使用 tus 1.0.0（请求头 Tus-Resumable）。"
    en = "Speak tus 1.0.0 (header Tus-Resumable)."


class UploadHeader(DomainError):
    """A header of the upload protocol is missing or wrong."""

    code, kind = "upload_header", Kind.MALFORMED
    zh = "请求头 {header} 缺失或不正确。"
    en = "The header {header} is missing or wrong."


class NotOffsetStream(DomainError):
    """Bytes of an upload came as another content type."""

    code, kind = "not_offset_stream", Kind.UNSUPPORTED
    zh = "请以 application/offset+octet-stream 提交。"
    en = "Send the bytes as application/offset+octet-stream."


class OffsetConflict(DomainError):
    """The bytes do not begin where the upload stands, or another request has taken it over."""

    code, kind = "upload_offset", Kind.CONFLICT
    zh = "上传位置不一致，请先查询（HEAD）再从该处继续。"
    en = "The upload stands elsewhere; ask with HEAD and go on from there."


class TooManyBytes(DomainError):
    """More bytes than the upload was announced with."""

    code, kind = "upload_overrun", Kind.TOO_LARGE
    zh = "内容超过所声明的长度。"
    en = "There are more bytes than were announced."


class ChecksumUnknown(DomainError):
    """A checksum by an algorithm we do not have."""

    code, kind = "checksum_unknown", Kind.MALFORMED
    zh = "不支持的校验算法，可用：sha1、sha256。"
    en = "Unknown checksum algorithm; sha1 and sha256 are available."


class ChecksumMismatch(DomainError):
    """The bytes are not those the sender added up; they were thrown away."""

    code, kind = "checksum_mismatch", Kind.MISMATCH
    zh = "校验不符，本次内容已丢弃，请重传。"
    en = "The checksum differs; these bytes were thrown away, send them again."


class UploadEnded(DomainError):
    """The upload expired or was given up."""

    code, kind = "upload_ended", Kind.GONE
    zh = "此次上传已结束，请重新开始。"
    en = "This upload is over; begin a new one."


class TooManyUploads(DomainError):
    """The person has too many unfinished uploads."""

    code, kind = "too_many_uploads", Kind.TOO_MANY
    zh = "未完成的上传过多，请先完成或取消。"
    en = "Too many unfinished uploads; finish or cancel some first."
