"""Messages about disputes: to the team by their reference, to the parties by the reference they were given."""

from api.notifications.rules.templates.making import Template, make_template

CASES: tuple[Template, ...] = (
    make_template(
        "dispute_overdue",
        ("纠纷办理已超时", "纠纷 {ref} 超过办理期限，请尽快打开应用处理。"),
        ("A dispute is overdue", "Dispute {ref} is past its deadline. Please open the app and see to it."),
        fields=frozenset({"ref"}),
    ),
)
_REF = frozenset({"ref"})
_TEAM = (
    (
        "dispute_assigned",
        "纠纷调解任务",
        "纠纷 {ref} 由您参与调解，请打开应用查看。",
        "A dispute to mediate",
        "You are in the team of dispute {ref}. Open the app to see.",
    ),
    (
        "dispute_session",
        "调解提醒",
        "纠纷 {ref} 即将调解，请打开应用查看时间地点。",
        "A session is near",
        "Dispute {ref} is to be mediated soon. Open the app for time and place.",
    ),
    (
        "dispute_promise",
        "履行提醒",
        "纠纷 {ref} 有约定事项即将到期，请打开应用查看。",
        "A promise falls due",
        "Something promised in dispute {ref} falls due. Open the app to see.",
    ),
    (
        "dispute_confirmation",
        "司法确认提醒",
        "纠纷 {ref} 的司法确认申请期限将满，请打开应用查看。",
        "Judicial confirmation",
        "The time to ask for confirmation in dispute {ref} runs out. Open the app.",
    ),
    (
        "dispute_offered",
        "纠纷移交待接收",
        "有一起纠纷（{ref}）移交给本所，请打开应用办理。",
        "A dispute is handed over",
        "Another station hands over dispute {ref}. Open the app to answer.",
    ),
    (
        "dispute_answered",
        "纠纷移交已答复",
        "纠纷 {ref} 的移交已有答复，请打开应用查看。",
        "A hand-over is answered",
        "The hand-over of dispute {ref} is answered. Open the app to see.",
    ),
    (
        "dispute_resumed",
        "纠纷恢复办理",
        "纠纷 {ref} 中止期满，已恢复办理。",
        "A dispute goes on",
        "The pause of dispute {ref} is over; it goes on.",
    ),
    (
        "dispute_reopened",
        "纠纷重新办理",
        "纠纷 {ref} 重新办理，请尽快打开应用查看。",
        "A dispute is open again",
        "Dispute {ref} is open again. Open the app to see.",
    ),
)
CASES += tuple(make_template(name, (zh, body), (en, text), fields=_REF) for name, zh, body, en, text in _TEAM)
# To the parties, by their number: the reference they were given, and a sentence.
_PARTIES = (
    (
        "court",
        "您的纠纷（编号 {ref}）调解未成，您可向人民法院起诉。",
        "Mediation of your case {ref} has failed. You may go to court.",
    ),
    (
        "arbitration",
        "您的纠纷（编号 {ref}）调解未成，您可申请仲裁。",
        "Mediation of your case {ref} has failed. You may ask for arbitration.",
    ),
    (
        "office",
        "您的纠纷（编号 {ref}）调解未成，您可向行政主管部门申请处理。",
        "Mediation of your case {ref} has failed. You may turn to the office in charge.",
    ),
)
CASES += tuple(
    make_template(f"dispute_failed_{road}", ("调解结果", zh), ("Outcome of mediation", en), fields=_REF, listed=False)
    for road, zh, en in _PARTIES
)
CASES += (
    make_template(
        "dispute_rating",
        ("请您评价", "请评价纠纷（编号 {ref}）的调解工作，谢谢！"),
        ("Please rate", "Please rate how your case {ref} was mediated. Thank you!"),
        fields=_REF,
        listed=False,
        linked=("请点开链接评价纠纷调解工作，谢谢：{link}", "Please rate how your case was mediated: {link}"),
    ),
)
