"""The papers of a dispute: what stands on them, who gets them, and that they are PDFs with their fonts inside."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pypdfium2
import pytest
from sqlalchemy import text

from api.disputes.errors import NoAgreement
from api.disputes.rules.papers import agreement_paper, day_list_paper, record_paper, say_amount, say_moment
from api.disputes.service.decisions import accept_case
from api.disputes.service.printing import print_agreement, print_day_list, print_record
from api.disputes.service.sessions import plan_session
from api.disputes.service.standards import name_insider
from api.disputes.types.mediation import SessionPlan
from api.disputes.types.papers import (
    DayList,
    PrintedAgreement,
    PrintedParty,
    PrintedPromise,
    PrintedRecord,
    PrintedSession,
    Stamp,
)
from api.kernel.errors import NotFound
from api.papers.types import Block, Fields, Heading, Paragraph, SignatureLine, Table
from tests.builders.disputes import couple, make_case, party
from tests.builders.identity import sign_in
from tests.builders.mediation import hold, later, live, mediating, office_at, pay, settle, settled, team, today

NOON = datetime(2026, 3, 9, 4, tzinfo=UTC)
STAMP = Stamp("荔枝派出所", "7K3-9QX2", NOON, UUID(int=1))
TWO = (
    PrintedParty("applicant", "王小明", "男", "500102198001011234", "13812345678", "荔枝路 1 号"),
    PrintedParty("respondent", "李小红"),
)


def words(blocks: tuple[Block, ...]) -> str:
    """Everything the blocks say, in order."""
    said = []
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            said.append(block.text)
        elif isinstance(block, Fields):
            said += [f"{label}：{value}" for label, value in block.rows]
        elif isinstance(block, Table):
            said += ["|".join(row) for row in (block.header, *block.rows)]
        elif isinstance(block, SignatureLine):
            said.append(block.label)
    return "\n".join(said)


def agreement(**kw) -> PrintedAgreement:
    values = {
        "stamp": STAMP, "number": 1, "category": "邻里纠纷", "parties": TWO,
        "summary": "楼上漏水", "terms": "甲方维修。",
        "promises": (PrintedPromise(1, "李小红", "王小明", "赔偿", Decimal("3000"), date(2026, 3, 31)),),
        "agreed_at": NOON, "confirm_by": date(2026, 4, 8), "mediators": ("周调解",), "body": None,
    }  # fmt: skip
    return PrintedAgreement(**{**values, **kw})


@pytest.mark.unit
class TestWords:
    def test_an_agreement_names_everybody_and_every_promise(self) -> None:
        paper = agreement_paper(agreement())
        said = words(paper.blocks)
        assert (paper.title, paper.footer, paper.language) == ("调解协议书", "荔枝派出所 7K3-9QX2", "zh-CN")
        for piece in ("申请人：王小明", "被申请人：李小红", "证件号码：500102198001011234", "楼上漏水", "甲方维修。"):
            assert piece in said
        assert "1|李小红|王小明|赔偿|3,000.00 元|2026年3月31日" in said
        assert "最迟于2026年4月8日前提出" in said
        assert said.endswith("申请人 王小明\n被申请人 李小红\n调解员 周调解\n调解组织（盖章）")

    def test_a_long_name_leaves_room_for_the_date(self) -> None:
        company = PrintedParty("respondent", "重庆市涪陵区好邻居物业管理有限公司")
        said = words(agreement_paper(agreement(parties=(company,))).blocks)
        assert "被申请人：重庆市涪陵区好邻居物业管理有限公司" in said
        assert "被申请人（盖章）" in said

    def test_what_is_not_known_has_no_line(self) -> None:
        said = words(agreement_paper(agreement(promises=(), confirm_by=None)).blocks)
        assert said.count("证件号码") == 1  # one of two
        assert "履行方式" not in said
        assert "司法确认" not in said

    def test_a_record_tells_every_session(self) -> None:
        sessions = (
            PrintedSession(1, "party_absent", NOON, "调解室", ("王小明",), ("李小红",), "对方未到"),
            PrintedSession(2, "held", NOON, None, ("王小明", "李小红"), (), "双方同意"),
            PrintedSession(3, "cancelled", NOON, None, (), (), "改期"),
        )
        said = words(record_paper(PrintedRecord(STAMP, "邻里纠纷", TWO, ("周调解",), sessions)).blocks)
        assert said.index("第 1 次调解（当事人缺席）") < said.index("第 2 次调解（已调解）")
        assert "到场：王小明、李小红\n缺席：无\n双方同意" in said
        assert "时间：2026年3月9日 12:00" in said
        assert "到场：未登记\n缺席：未登记\n改期" in said

    def test_a_record_without_a_session_says_so(self) -> None:
        assert "尚未调解" in words(record_paper(PrintedRecord(STAMP, "邻里纠纷", TWO, (), ())).blocks)

    def test_an_empty_day_is_said(self) -> None:
        said = words(day_list_paper(DayList(STAMP, "周调解", (), (), ())).blocks)
        assert "今天没有调解事项。" in said

    def test_amounts_and_moments(self) -> None:
        assert say_amount(Decimal("1234567.5")) == "1,234,567.50 元"
        assert say_amount(None) == "—"
        assert say_moment(datetime(2026, 3, 9, 16, 5, tzinfo=UTC)) == "2026年3月10日 00:05"


def read(pdf: bytes) -> str:
    """The text of every page, without the breaks."""
    assert pdf.startswith(b"%PDF")
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "".join("".join(_text(page).split()) for page in document)
    finally:
        document.close()


def _text(page) -> str:
    text_page = page.get_textpage()
    try:
        return text_page.get_text_bounded()
    finally:
        text_page.close()
        page.close()


def test_the_agreement_of_a_case_is_a_pdf_with_its_people(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office, parties=couple(his_phone="13812345678"))
    with pytest.raises(NoAgreement):
        print_agreement(office.mediator.ctx, case_id)
    settle(office, case_id, pay(office, case_id, today(office), amount="1000", instalments=3))
    said = read(print_agreement(office.mediator.ctx, case_id))
    assert said.index("申请人") < said.index("被申请人")
    for piece in ("调解协议书", "王小明", "李小红", "甲乙双方自愿达成如下协议", "333.34元", "2026年5月9日"):
        assert piece in said
    assert print_agreement(office.mediator.ctx, case_id) == print_agreement(office.mediator.ctx, case_id)


def test_the_record_of_a_case_tells_its_sessions(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    hold(later(office, days=1), case_id, record="第二次，达成一致。")
    said = read(print_record(office.mediator.ctx, case_id))
    assert said.index("第1次调解") < said.index("第二次，达成一致")


def test_only_the_people_of_a_case_print_and_it_is_in_the_trail(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    for print_paper in (print_agreement, print_record):
        with pytest.raises(NotFound):
            print_paper(office.other.ctx, case_id)
        print_paper(office.mediator.ctx, case_id)
    rows = ctx.session.execute(
        text("SELECT details->>'paper' FROM audit_entries WHERE action = 'dispute.printed' ORDER BY id")
    ).scalars()
    assert list(rows) == ["agreement", "record"]


def test_the_list_of_the_day_masks_names_and_holds_what_is_overdue(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office, address="荔枝路 1 号")
    settle(office, case_id, pay(office, case_id, today(office)))
    other = mediating(office, parties=couple("赵大", "钱二"))
    plan_session(office.mediator.ctx, SessionPlan(other, office.base.now + timedelta(days=1)))
    for day in live(office, 2):
        last = day
    said = read(print_day_list(last.mediator.ctx))
    assert "王**、李**" in said
    assert "赵*、钱*" in said
    assert "王小明" not in said.replace("调解员王小明", "").replace("调解员：王小明", "")
    for title in ("调解（1项）", "回访（1项）", "约定履行（1项）"):
        assert title in said


def test_a_strict_case_is_its_reference_alone(ctx) -> None:
    office = office_at(ctx)
    case_id = make_case(office.desk.ctx, parties=(party(), party("李小花", minor=True)), address="荔枝路 1 号")
    name_insider(office.chief.ctx, case_id, office.supervisor.id)
    accept_case(office.supervisor.ctx, case_id)
    team(office, case_id)
    plan_session(office.mediator.ctx, SessionPlan(case_id, office.base.now, "某某调解室"))
    said = read(print_day_list(office.mediator.ctx))
    assert "调解（1项）" in said
    for piece in ("李*", "荔枝路", "某某调解室"):
        assert piece not in said


def test_papers_over_http(app, client, ctx) -> None:
    office = office_at(ctx, ctx.now)
    case_id = settled(office)
    headers = sign_in(app, office.base, office.mediator.person)
    for path in (f"disputes/{case_id}/papers/agreement", f"disputes/{case_id}/papers/record", "me/disputes/day-list"):
        answer = client.get(f"/v1/{path}", headers=headers)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.data.startswith(b"%PDF")
