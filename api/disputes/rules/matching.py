"""What belongs together: the same pair, the same party, the same address; and how it is said."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from api.disputes.types import History, Match


def sum_up(matches: Iterable[Match], *, calls: int, now: datetime, pair_days: int) -> History:
    """The history of one case from what was found. `calls`: those of the case itself, with its repeat calls."""
    found = sorted(matches, key=lambda match: match.reported_at, reverse=True)
    recent = now - timedelta(days=pair_days)
    pairs = [match for match in found if match.pair]
    return History(
        pair_calls=calls + sum(match.calls for match in pairs if match.reported_at >= recent) if pairs else 0,
        pair_days=pair_days,
        same_pair=len(pairs),
        same_party=sum(match.party for match in found),
        same_address=sum(match.address for match in found),
        matches=tuple(found),
    )


def say_history(history: History) -> tuple[str, str]:
    """The history in a sentence, (zh, en); two empty strings when there is none."""
    zh, en = [], []
    if history.pair_calls > 1:
        zh.append(f"同一双方 {history.pair_days} 天内第 {history.pair_calls} 次报警")
        en.append(f"the same two: {history.pair_calls} calls in {history.pair_days} days")
    if history.same_party:
        zh.append(f"同一当事人另有 {history.same_party} 起纠纷")
        en.append(f"{history.same_party} earlier disputes of the same people")
    if history.same_address:
        zh.append(f"同一地址另有 {history.same_address} 起纠纷")
        en.append(f"{history.same_address} earlier disputes at the same address")
    return ("；".join(zh) + "。", "; ".join(en).capitalize() + ".") if zh else ("", "")
