"""Messages of a running dispatch: to those who are asked and go, and to the desk."""

from api.notifications.rules.templates.making import ALERTS, Template, make_template

ASKING: tuple[Template, ...] = (
    make_template(
        "offer",
        ("有新的求助", "有事需要您帮忙，请打开应用查看并答复。"),
        ("Your help is asked for", "Somebody needs your help. Open the app to see and answer."),
        channel=ALERTS,
        version=2,
        linked=("有事需要您帮忙，请打开链接答复：{link}", "Somebody needs your help. Open this link to answer: {link}"),
    ),
    make_template(
        "offer_reminder",
        ("求助等待答复", "有一个求助还在等您答复，请打开应用。"),
        ("Please answer", "A call for help is still waiting for your answer. Open the app."),
        channel=ALERTS,
        version=2,
        linked=("有一个求助还在等您答复：{link}", "A call for help is still waiting for your answer: {link}"),
    ),
    make_template(
        "stand_down",
        ("人手已够", "人手已够，您不用前往了，谢谢！"),
        ("Enough people are on the way", "Enough people are on the way, you need not go. Thank you!"),
        channel=ALERTS,
    ),
    make_template(
        "withdrawn",
        ("求助已取消", "此次求助已取消，您不用前往了，谢谢！"),
        ("Called off", "This call for help was called off, you need not go. Thank you!"),
        channel=ALERTS,
    ),
    make_template(
        "still_coming",
        ("您还去吗", "您已接受任务，还能去吗？请打开应用答复。"),
        ("Are you still coming?", "You have accepted a task. Are you still coming? Open the app to answer."),
        channel=ALERTS,
        linked=(
            "您已接受任务，还能去吗？请打开链接答复：{link}",
            "Are you still coming? Open this link to answer: {link}",
        ),
    ),
    make_template(
        "place_passed_on",
        ("任务已转给他人", "任务已转给他人，您不用前往了，谢谢！"),
        ("Somebody else goes", "Somebody else goes in your place, you need not. Thank you!"),
        channel=ALERTS,
    ),
    make_template(
        "task_given",
        ("请您前往", "已为您登记接受任务，请打开应用查看。"),
        ("Please go", "You are down for a task. Open the app to see it."),
        channel=ALERTS,
        linked=("已为您登记接受任务，请打开链接查看：{link}", "You are down for a task. Open this link: {link}"),
    ),
    make_template(
        "member_still",
        ("有人尚未动身", "一名已接受任务的人员尚未动身，请打开系统处理。"),
        ("Somebody does not move", "Somebody who accepted a task has not set off. Open the desk."),
        channel=ALERTS,
    ),
    make_template(
        "welfare_check",
        ("请报平安", "您在现场是否平安？请打开应用答复。"),
        ("Are you all right?", "Is all well with you on scene? Open the app to answer."),
        channel=ALERTS,
        linked=(
            "您在现场是否平安？请打开链接答复：{link}",
            "Are you all right on scene? Open this link to answer: {link}",
        ),
    ),
    make_template(
        "welfare_missed",
        ("现场人员未报平安", "一名现场人员未按时报平安，请立即联系。"),
        ("No word from the scene", "Somebody on scene has not answered in time. Get in touch at once."),
        channel=ALERTS,
    ),
    make_template(
        "welfare_look",
        ("请看看同伴", "现场有同伴未报平安，请就近查看并告知。"),
        ("Please look after a colleague", "A colleague on scene has not answered. Please look for them and tell us."),
        channel=ALERTS,
    ),
    make_template(
        "welfare_help",
        ("现场人员求助", "一名现场人员表示需要帮助，请立即处理。"),
        ("Help needed on scene", "Somebody on scene says that not all is well. See to it at once."),
        channel=ALERTS,
    ),
    make_template(
        "reinforcement_asked",
        ("现场请求增援", "现场人员请求增援，请打开系统查看。"),
        ("More people are asked for", "Somebody on scene asks for more people. Open the desk."),
        channel=ALERTS,
    ),
    make_template(
        "reinforcement_decided",
        ("增援请求已办理", "您的增援请求已办理，请打开应用查看。"),
        ("Your request is decided", "Your request for more people has been decided. Open the app to see."),
        channel=ALERTS,
    ),
    make_template(
        "lead_given",
        ("请您牵头", "现场由您牵头，请打开应用查看。"),
        ("You lead", "You lead on scene now. Open the app to see."),
        channel=ALERTS,
    ),
    make_template(
        "feedback_due",
        ("请提交反馈", "任务结束了，请打开应用提交反馈。"),
        ("Please report back", "Your task is over. Open the app and report back."),
    ),
    make_template(
        "feedback_returned",
        ("反馈需要补充", "您的反馈需要补充，请打开应用查看。"),
        ("Please complete your report", "Your report needs more detail. Open the app to see."),
    ),
    make_template(
        "incident_reopened",
        ("警情重新打开", "一起已办结的警情重新打开，请打开系统处理。"),
        ("An incident is open again", "An incident that was closed is open again. Open the desk."),
        channel=ALERTS,
    ),
    make_template(
        "nobody_found",
        ("派警无人可派", "一起警情附近已无人可派，请打开系统处理。"),
        ("Nobody left to ask", "Everybody near an incident has been asked. Open the desk."),
        channel=ALERTS,
    ),
    make_template(
        "drill_over",
        ("演练结束", "【演练】您不用再参加这次演练了，谢谢！"),
        ("Drill over", "DRILL: you need not take part any more. Thank you!"),
        channel=ALERTS,
    ),
    make_template(
        "officers_needed",
        ("警情缺人，请支援", "一起警情附近已无人可派，请打开应用或联系值班室。"),
        ("Officers are needed", "Nobody is left to ask near an incident. Open the app or call the desk."),
        channel=ALERTS,
    ),
    make_template(
        "neighbour_asks",
        ("邻近派出所请求支援", "邻近派出所的一起警情已无人可派，请联系其值班室。"),
        ("A neighbouring station asks for help", "A station beside yours has nobody left to send. Call its desk."),
        channel=ALERTS,
    ),
    make_template(
        "station_overwhelmed",
        ("辖区警情无人可派", "一个派出所的警情已无人可派或长时间无人处理，请联系该所。"),
        ("A station needs you", "A station has nobody left to send, or leaves an incident waiting. Call it."),
        channel=ALERTS,
    ),
    make_template(
        "drill",
        ("演练", "【演练】这是一次演练，请打开应用查看并答复。"),
        ("Drill", "DRILL: this is an exercise. Open the app to see and answer."),
        channel=ALERTS,
        version=2,
        linked=(
            "【演练】这是一次演练，请打开链接答复：{link}",
            "DRILL: this is an exercise. Open this link to answer: {link}",
        ),
    ),
)
