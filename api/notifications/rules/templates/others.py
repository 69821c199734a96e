"""Visits, codes, call-backs, notices to an area, digests, tests."""

from api.notifications.rules.templates.making import Template, make_template

OTHERS: tuple[Template, ...] = (
    make_template(
        "step_overdue",
        ("警情环节超时", "一起警情有环节超时，请打开系统处理。"),
        ("A step is overdue", "A step of an incident is overdue. Open the desk."),
    ),
    make_template(
        "sign_in_code",
        ("登录验证码", "登录验证码 {code}，5 分钟内有效，请勿告诉他人。"),
        ("Sign-in code", "Your sign-in code is {code}. It is good for 5 minutes; tell nobody."),
        fields=frozenset({"code"}),
        listed=False,
    ),
    make_template(
        "call_back",
        ("您反映的事项已办结", "您反映的事项（编号 {ref}）已办结，感谢您的支持。"),
        ("Your report is closed", "What you reported (reference {ref}) has been dealt with. Thank you."),
        fields=frozenset({"ref"}),
        listed=False,
    ),
    make_template(
        "visit_due",
        ("回访提醒", "您有 {due} 项回访待办（含即将到期），请打开应用查看。"),
        ("Visits to make", "You have {due} visits to make, those due soon included. Open the app to see."),
        fields=frozenset({"due"}),
    ),
    make_template(
        "visit_overdue",
        ("回访已逾期", "您有 {overdue} 项回访已逾期，另有 {due} 项待办，请尽快完成。"),
        ("Visits are overdue", "{overdue} of your visits are overdue, and {due} more are due. Please make them."),
        fields=frozenset({"overdue", "due"}),
    ),
    make_template(
        "visit_escalated",
        ("回访逾期上报", "有 {count} 项回访无人按时完成，已上报给您，请打开应用处理。"),
        ("Visits need you", "{count} visits were not made in time and have come to you. Open the app to see."),
        fields=frozenset({"count"}),
    ),
    make_template(
        "notice_waits",
        ("通知等待审批", "一条群发通知等待您审批，请打开系统处理。"),
        ("A notice waits for you", "A notice to many people waits for a second person's word. Open the desk."),
    ),
    make_template(
        "notice_not_sent",
        ("通知未发出", "您提交的一条群发通知未发出，请打开系统查看。"),
        ("A notice was not sent", "A notice you submitted was not sent. Open the desk to see why."),
    ),
    make_template(
        "digest",
        ("消息汇总", "您有 {count} 条新消息，请打开应用查看。"),
        ("Your messages", "You have {count} new messages. Open the app to see."),
        fields=frozenset({"count"}),
    ),
    make_template(
        "reach_test",
        ("联络测试", "这是一次联络测试，无需操作。"),
        ("Reachability test", "This tests whether you can be reached. Nothing to do."),
        listed=False,
        silent=True,
    ),
    make_template(
        "reach_test_sms",
        ("联络测试", "这是一次联络测试，收到即可，无需回复。"),
        ("Reachability test", "This tests whether texts reach you. You need not answer."),
        listed=False,
    ),
    make_template(
        "visit_relapsed",
        ("事项出现反复", "您跟进的一项事项出现反复，请尽快打开应用查看。"),
        ("A case has flared up again", "Something you follow up has flared up again. Open the app to see."),
    ),
)
_NOTICES = (
    (
        "flood",
        "防汛通知",
        "辖区发布了一条防汛通知，请打开应用查看。",
        "Flood notice",
        "There is a flood notice. Open the app to read it.",
    ),
    (
        "fire",
        "消防通知",
        "辖区发布了一条消防通知，请打开应用查看。",
        "Fire notice",
        "There is a fire notice. Open the app to read it.",
    ),
    (
        "weather",
        "天气通知",
        "辖区发布了一条天气通知，请打开应用查看。",
        "Weather notice",
        "There is a weather notice. Open the app to read it.",
    ),
    (
        "traffic",
        "交通通知",
        "辖区发布了一条交通通知，请打开应用查看。",
        "Traffic notice",
        "There is a traffic notice. Open the app to read it.",
    ),
    (
        "fraud",
        "防骗提醒",
        "辖区发布了一条防骗提醒，请打开应用查看。",
        "Fraud warning",
        "There is a fraud warning. Open the app to read it.",
    ),
    (
        "missing_person",
        "寻人通知",
        "辖区发布了一条寻人通知，请打开应用查看。",
        "Missing person",
        "Somebody is missing. Open the app to read more.",
    ),
    (
        "general",
        "辖区通知",
        "辖区发布了一条通知，请打开应用查看。",
        "Notice",
        "There is a notice from your station. Open the app to read it.",
    ),
)
OTHERS += tuple(make_template(f"notice_{name}", (zh, body), (en, text)) for name, zh, body, en, text in _NOTICES)
