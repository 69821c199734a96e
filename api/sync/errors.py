"""What sync refuses."""

from api.kernel.errors import DomainError, Kind


class UnknownCommand(DomainError):
    """This server has no such command."""

    code, kind = "unknown_command", Kind.INVALID
    zh = "服务器不支持操作“{type}”，请更新应用。"
    en = "This server does not know the command {type}; update the app."


class CommandTooOld(DomainError):
    """It was meant for a moment that is over."""

    code, kind = "command_too_old", Kind.CONFLICT
    zh = "该操作已过时，请按当前状态重新确认。"
    en = "This was meant for a moment that is over; look at how things are now, and say it again."


class CopyStale(DomainError):
    """What the command changes was changed by somebody else since the phone saw it."""

    code, kind = "copy_stale", Kind.CONFLICT
    zh = "该内容已被修改（当前版本 {version}），请查看最新内容后再提交。"
    en = "This was changed meanwhile (now version {version}); look at it, and send your change again."


class NotPushable(DomainError):
    """A push changes a table that is only pulled."""

    code, kind = "not_pushable", Kind.INVALID
    zh = "表“{table}”只能拉取，不能推送；请通过“commands”表提交操作。"
    en = "The table {table} is pulled only; write a row of the table commands instead."


class TargetMissing(DomainError):
    """The command is about something, and does not say about what."""

    code, kind = "target_missing", Kind.INVALID
    zh = "缺少操作对象（target_id）。"
    en = "The command does not say what it is about (target_id)."
