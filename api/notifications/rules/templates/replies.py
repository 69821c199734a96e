"""Answers to texts that come in. Who gets one has texted us, so none says more than what it is about."""

from api.notifications.rules.templates.making import Template, make_template

REPLIES: tuple[Template, ...] = (
    make_template(
        "reply_going",
        ("已登记前往", "已登记您前往，谢谢！"),
        ("You are going", "You are going: noted. Thank you!"),
        listed=False,
        linked=("已登记您前往，地点见：{link}", "You are going: noted. See where: {link}"),
    ),
    make_template(
        "reply_declined",
        ("已登记不能前往", "已登记您不能前往，谢谢！"),
        ("You cannot go", "You cannot go: noted. Thank you!"),
        listed=False,
    ),
    make_template(
        "reply_full",
        ("人手已够", "您的答复已收到，人手已够，不用前往了，谢谢！"),
        ("Enough people", "We have your answer. Enough people are on the way, you need not go. Thank you!"),
        listed=False,
    ),
    make_template(
        "reply_ended",
        ("求助已结束", "您答复的求助已经结束，不用前往了，谢谢！"),
        ("It is over", "The call for help you answered is over, you need not go. Thank you!"),
        listed=False,
    ),
    make_template(
        "reply_busy",
        ("未能登记", "您正在处理另一起任务，此次答复未登记。"),
        ("Not noted", "You are on another task, so this answer was not noted."),
        listed=False,
    ),
    make_template(
        "reply_which",
        ("请注明编号", "您有多个求助待答复（编号 {codes}），请回复编号加去或不去。"),
        ("Which one?", "Several calls for help await you ({codes}). Text the number, then Y or N."),
        fields=frozenset({"codes"}),
        listed=False,
    ),
    make_template(
        "reply_unknown",
        ("编号不对", "没有这个编号。待答复的编号：{codes}，请回复编号加去或不去。"),
        ("No such number", "There is no such number. Open ones: {codes}. Text the number, then Y or N."),
        fields=frozenset({"codes"}),
        listed=False,
    ),
    make_template(
        "reply_unclear",
        ("没看懂", "没看懂您的答复。能去请回复“{codes}去”，不能去请回复“{codes}不去”。"),
        ("Not understood", "We did not understand. Text {codes} Y to go, {codes} N if you cannot."),
        fields=frozenset({"codes"}),
        listed=False,
    ),
    make_template(
        "reply_nothing",
        ("没有待答复的求助", "目前没有等您答复的求助，谢谢！"),
        ("Nothing to answer", "No call for help awaits your answer. Thank you!"),
        listed=False,
    ),
    make_template(
        "texts_resumed",
        ("已恢复短信", "已恢复短信通知。退订请回复 TD。"),
        ("Texts are on", "Texts are on again. Text STOP to end them."),
        listed=False,
    ),
)
