"""The papers of a dispute as blocks of text. Chinese, whatever the reader's phone speaks: they are signed here."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from api.disputes.types.papers import (
    DayList,
    Errand,
    PrintedAgreement,
    PrintedParty,
    PrintedPromise,
    PrintedRecord,
    PrintedSession,
    Stamp,
)
from api.grids.types import STATION_ZONE
from api.papers.types import Block, Fields, Heading, Paper, Paragraph, SignatureLine, Table

_ROLES = {"applicant": "申请人", "respondent": "被申请人", "third": "第三人"}
_SESSIONS = {"held": "已调解", "adjourned": "延期", "party_absent": "当事人缺席", "cancelled": "取消"}
_MODES = {"telephone": "电话", "visit": "上门", "joint_visit": "联合上门"}
_COLOURS = {"red": "红", "orange": "橙", "yellow": "黄", "blue": "蓝", "white": "白"}
_CONFIRMATION = (
    "双方当事人认为有必要的，可以自本协议生效之日起三十日内共同向有管辖权的人民法院申请司法确认，最迟于{day}前提出。"
)
_NONE = "无"
_LONGEST_SIGNER = 8


def say_day(day: date) -> str:
    """A day as papers write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def say_moment(moment: datetime) -> str:
    """A moment by the station's clock."""
    local = moment.astimezone(STATION_ZONE)
    return f"{say_day(local.date())} {local:%H:%M}"


def say_amount(amount: Decimal | None) -> str:
    """Yuan and cents; nothing where nothing is paid."""
    return f"{amount:,.2f} 元" if amount is not None else "—"


def say_mode(mode: str) -> str:
    """How a visit is made."""
    return _MODES.get(mode, mode)


def say_colour(colour: str) -> str:
    """A grade."""
    return _COLOURS.get(colour, colour)


def agreement_paper(printed: PrintedAgreement) -> Paper:
    """The agreement, to be read out and signed."""
    blocks = (
        _head(printed.stamp, printed.category, ("协议序号", str(printed.number))),
        *_parties(printed.parties),
        Heading("纠纷主要事实、争议事项", 2),
        Paragraph(printed.summary),
        Heading("协议内容", 2),
        Paragraph(f"经调解，双方于{say_day(_local(printed.agreed_at))}自愿达成如下协议："),
        Paragraph(printed.terms),
        *_promises(printed.promises),
        *_confirmation(printed.confirm_by),
        Paragraph("本协议自双方当事人签名、盖章或者按指印之日起生效，双方各执一份，调解组织留存一份。"),
        Paragraph(f"调解组织：{printed.body or printed.stamp.station}", indent=False),
        *_signatures(printed.parties, printed.mediators),
        SignatureLine("调解组织（盖章）"),
    )
    return _paper("调解协议书", printed.stamp, blocks)


def record_paper(printed: PrintedRecord) -> Paper:
    """The record of every session, one after the other."""
    blocks: list[Block] = [_head(printed.stamp, printed.category), *_parties(printed.parties)]
    for session in printed.sessions:
        blocks.extend(_session(session))
    if not printed.sessions:
        blocks.append(Paragraph("尚未调解。"))
    blocks.extend(_signatures(printed.parties, printed.mediators))
    return _paper("调解笔录", printed.stamp, tuple(blocks))


def day_list_paper(printed: DayList) -> Paper:
    """What a mediator takes along: references, places and masked names, nothing that tells a finder more."""
    blocks = (
        Fields((("调解员", printed.mediator), ("日期", say_day(_local(printed.stamp.printed_at))))),
        *_errands("调解", ("时间", "地点"), printed.sessions),
        *_errands("回访", ("截止", "方式"), printed.visits),
        *_errands("约定履行", ("期限", "事项"), printed.promises),
    )
    return _paper("当日工作清单", printed.stamp, blocks)


def _paper(title: str, stamp: Stamp, blocks: tuple[Block, ...]) -> Paper:
    return Paper(title, "zh-CN", blocks, f"{stamp.station} {stamp.ref}", stamp.printed_at, stamp.document_id)


def _head(stamp: Stamp, category: str, *more: tuple[str, str]) -> Fields:
    return Fields((("编号", stamp.ref), ("调解单位", stamp.station), ("纠纷类别", category), *more))


def _parties(parties: Sequence[PrintedParty]) -> Iterator[Block]:
    yield Heading("当事人", 2)
    for party in parties:
        rows = (
            (_ROLES[party.role], party.name),
            ("性别", party.sex),
            ("证件号码", party.document_number),
            ("电话", party.phone),
            ("住址", party.address),
            ("代理", party.acts_for),
        )
        yield Fields(tuple((label, value) for label, value in rows if value))


def _signatures(parties: Sequence[PrintedParty], mediators: Sequence[str]) -> Iterator[Block]:
    for party in parties:
        yield SignatureLine(_label(_ROLES[party.role], party.name))
    for name in mediators:
        yield SignatureLine(_label("调解员", name))


def _label(role: str, name: str) -> str:
    # A company's name would run into the place for the date; it stands above in full.
    return f"{role} {name}" if len(name) <= _LONGEST_SIGNER else f"{role}（盖章）"


def _promises(promises: Sequence[PrintedPromise]) -> Iterator[Block]:
    if not promises:
        return
    yield Heading("履行方式、期限", 2)
    rows = tuple(
        (
            str(promise.number),
            promise.debtor,
            promise.creditor or "—",
            promise.what,
            say_amount(promise.amount),
            say_day(promise.due_on),
        )
        for promise in promises
    )
    yield Table(("序号", "履行人", "受益人", "内容", "金额", "期限"), rows, (1, 2, 2, 4, 2.6, 2.8))


def _confirmation(confirm_by: date | None) -> Iterator[Block]:
    if confirm_by is not None:
        yield Paragraph(_CONFIRMATION.format(day=say_day(confirm_by)))


def _session(session: PrintedSession) -> Iterator[Block]:
    nobody = _NONE if session.present or session.absent else "未登记"
    yield Heading(f"第 {session.number} 次调解（{_SESSIONS[session.state]}）", 2)
    yield Fields(
        (
            ("时间", say_moment(session.at)),
            ("地点", session.place or "—"),
            ("到场", "、".join(session.present) or nobody),
            ("缺席", "、".join(session.absent) or nobody),
        )
    )
    yield Paragraph(session.text)


def _errands(title: str, columns: tuple[str, str], errands: Sequence[Errand]) -> Iterator[Block]:
    yield Heading(f"{title}（{len(errands)} 项）", 2)
    if not errands:
        yield Paragraph(f"今天没有{title}事项。")
        return
    rows = tuple(
        (errand.when, errand.ref, say_colour(errand.colour), errand.who, errand.where, errand.note)
        for errand in errands
    )
    header = (columns[0], "编号", "等级", "当事人", "地址", columns[1])
    yield Table(header, rows, (3, 2, 1, 2.4, 3.4, 2.6))


def _local(moment: datetime) -> date:
    return moment.astimezone(STATION_ZONE).date()
