"""Which parties can be told by text, and why the others have to be told in person."""

from api.disputes.types.work import Untold


def why_untold(*, strict: bool, minor: bool, phone: str | None, is_mobile: bool) -> Untold | None:
    """None: the party is texted. A strict case's parties never are: others may read the phone."""
    if strict:
        return Untold.STRICT
    if minor:
        return Untold.MINOR
    if phone is None:
        return Untold.NO_PHONE
    return None if is_mobile else Untold.LANDLINE
