"""The words of enumerations, over HTTP."""

from api.cli.contracts import documents


def test_the_words_are_served_to_anybody_and_written_down(client, app) -> None:
    served = client.get("/v1/enums")
    assert served.status_code == 200
    assert served.json["enums"]["offer_state"]["silent"] == {
        "zh": "未答复", "en": "No answer yet", "since": "1", "deprecated": None,
    }  # fmt: skip
    assert list(served.json["enums"]["visit_state"])[:3] == ["planned", "due", "overdue"]
    assert "enums.json" in documents(app)
