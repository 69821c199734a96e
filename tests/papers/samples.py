"""Papers as a station prints them."""

from datetime import UTC, datetime
from uuid import UUID

from api.papers.types import (
    Fields,
    Heading,
    PageBreak,
    Paper,
    Paragraph,
    SignatureLine,
    Table,
)

ROWS = tuple(
    (str(number), f"2026年{number % 12 + 1}月{number % 28 + 1}日前", "3,000.00 元", "银行转账（重庆农村商业银行）")
    for number in range(1, 41)
)
AGREEMENT = Paper(
    title="人民调解协议书",
    language="zh-CN",
    blocks=(
        Fields(
            (
                ("编　　号", "敦仁街道调字〔2026〕第 0173 号"),
                (
                    "申请人",
                    "王小明，男，1978 年 4 月 2 日出生，汉族，住重庆市涪陵区敦仁街道广场路社区第三网格 12 栋 2-1",
                ),
                (
                    "被申请人",
                    "重庆某某物业管理有限公司（统一社会信用代码 91500102MA5U000000），住所地：涪陵区兴华中路 55 号",
                ),
            )
        ),
        Heading("一、纠纷简要情况"),
        Paragraph(
            "2026年9月14日晚，申请人位于本小区 12 栋 2-1 的住房因楼上排水管破裂被淹，造成木地板、家具等损失。"
            "申请人多次要求被申请人赔偿（合计 18,600.50 元），双方就“责任由谁承担”“是否包含误工费”等问题发生争议——"
            "经社区网格员初步劝解未果，遂向本所申请调解……\n"
            "调解员依法告知了双方当事人的权利和义务，双方均无异议。联系邮箱：service@example-property-management.com.cn，"
            "电话 023-7222 0000。"
        ),
        Heading("二、协议内容"),
        Paragraph("经调解，双方自愿达成如下协议："),
        Paragraph("（一）被申请人于协议签订之日起，分四十期向申请人支付赔偿款，每期数额及期限见下表；"),
        Table(("期数", "期限", "金额", "方式"), ROWS, (1, 3, 2, 4)),
        Paragraph("（二）被申请人负责在 15 日内修复排水管，并邀请楼上、楼下住户到场确认；"),
        Paragraph("（三）履行完毕后，双方就此事再无其他争议，不得再以任何理由“翻旧账”。"),
        Heading("三、其他", 2),
        Paragraph(
            "本协议自双方当事人签名、盖章或者按指印，人民调解员签名并加盖调解委员会印章之日起生效。"
            "双方可以自协议生效之日起 30 日内共同向人民法院申请司法确认。姓名用字：㛃、䶮、堃、喆、赟、翀。"
        ),
        SignatureLine("申请人（签名、按指印）"),
        SignatureLine("被申请人（盖章）"),
        SignatureLine("人民调解员"),
        SignatureLine("记录人", dated=False),
        PageBreak(),
        Heading("附：回访记录"),
        Table(("日期", "方式", "情况"), (("2026-10-08", "电话", "已收到第一期款项。"),), (2, 1, 5)),
    ),
    footer="敦仁街道调字〔2026〕第 0173 号　D-7KQ2-M9XA",
    made_at=datetime(2026, 10, 1, 1, 30, tzinfo=UTC),
    document_id=UUID("01a20000-0000-7000-8000-000000000173"),
)
