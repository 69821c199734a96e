"""The report of numbers and tokens that failed, for whoever keeps the roster."""

from collections.abc import Iterator, Sequence

from api.audit.service import record
from api.grids.rules.sheets import write_csv, write_xlsx
from api.notifications.queries.reaching import failed_addresses
from api.notifications.types.reaching import FailedAddress
from api.plumbing.context import Ctx

MOST_ROWS = 20_000
HEAD = ("姓名", "号码", "渠道", "失败代码", "次数", "首次失败", "最近失败", "是否已更正")
_CHANNELS = {"push": "推送", "sms": "短信", "voice": "电话"}
_WIDTHS = (12, 16, 8, 14, 8, 22, 22, 12)


def export_failures(ctx: Ctx, *, file_format: str) -> bytes:
    """The whole report as .xlsx or .csv, numbers masked; audited."""
    rows = failed_addresses(ctx.session, ctx.actor.station, before=None, limit=MOST_ROWS)
    record(ctx, "contact_failures.exported", "station", ctx.actor.station, rows=len(rows), format=file_format)
    table = [HEAD, *_lines(rows)]
    if file_format == "csv":
        return write_csv(table)
    return write_xlsx({"失败的号码": table}, now=ctx.now, widths=_WIDTHS)


def _lines(rows: Sequence[FailedAddress]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield (
            row.name, row.phone, _CHANNELS.get(row.channel, row.channel), row.code, str(row.count),
            row.first_at.isoformat(timespec="seconds"), row.last_at.isoformat(timespec="seconds"),
            "是" if row.fixed else "否",
        )  # fmt: skip
