"""The day list goes to JSON without the schema's dump; both must say the same."""

from dataclasses import replace

import orjson
import pytest

from api.followups.queries import visits_of
from api.followups.schemas.visits import VisitPageSchema, VisitSchema
from api.followups.types import Outcome, Visit
from api.http.rows import answer_page
from api.kernel.paging import Page
from tests.builders.followups import make_town, open_plan


def test_the_direct_rows_are_what_the_schema_would_dump(ctx) -> None:
    town = make_town(ctx)
    visits = visits_of(ctx.session, open_plan(ctx, town))
    assert len(visits) > 1
    page = Page([*visits, _done(visits[0])], "cursor")
    assert orjson.loads(answer_page(VisitSchema, page).get_data()) == orjson.loads(
        orjson.dumps(VisitPageSchema().dump(page))
    )


@pytest.mark.unit
def test_every_field_of_the_schema_is_read_as_it_is() -> None:
    for name, field in VisitSchema._declared_fields.items():
        assert field.attribute is None, name
        assert field.data_key is None, name


def _done(visit: Visit) -> Visit:
    return replace(visit, done_at=visit.due_at, outcome=Outcome.CALM, colour="red")
