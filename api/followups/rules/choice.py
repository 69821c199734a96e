"""Which template version serves a subject: the most particular one wins, the newest of its line."""

from collections.abc import Iterable
from uuid import UUID

from api.followups.types import ANY, Template


def pick_template(templates: Iterable[Template], station_id: UUID, subject_kind: str, colour: str) -> Template | None:
    """The template for a station's subject of this kind and colour.

    A station's own comes before a common one, then a kind of its own before any kind, then a colour before any colour.
    """
    fitting = [
        template
        for template in templates
        if template.station_id in (None, station_id)
        and template.subject_kind in (ANY, subject_kind)
        and template.colour in (ANY, colour)
    ]
    return max(fitting, key=_rank, default=None)


def _rank(template: Template) -> tuple[bool, bool, bool, int]:
    return (
        template.station_id is not None,
        template.subject_kind != ANY,
        template.colour != ANY,
        template.version,
    )
