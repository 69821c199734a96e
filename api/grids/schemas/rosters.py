"""Rosters in and out."""

from typing import Any

from flask_smorest.fields import Upload
from marshmallow import fields, validate

from api.grids.rules.roster import fault_text
from api.grids.types import RowFault
from api.http.schemas import PageQuery, RequestSchema, ResponseSchema, page_of

FORMATS = ("xlsx", "csv")


class RosterFormSchema(RequestSchema):
    """How to import: a dry run unless said otherwise."""

    dry_run = fields.Boolean(load_default=True, metadata={"description": "Only say what would happen."})
    keep_good = fields.Boolean(load_default=False, metadata={"description": "Apply the rest when rows are bad."})


class RosterFileSchema(RequestSchema):
    """The file itself."""

    file = Upload(required=True, metadata={"description": ".xlsx, or .csv in UTF-8 or GB18030; at most 20,000 rows."})


class FaultField(fields.Field):
    """A row's fault as {row, column, code, zh, en}."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any]:
        fault: RowFault = value
        zh, en = fault_text(fault)
        return {"row": fault.row, "column": fault.column.value, "code": fault.code, "zh": zh, "en": en}


class ImportSchema(ResponseSchema):
    """An import's counts; for one that was not applied, what it would have done."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    file_format = fields.String(required=True)
    dry_run = fields.Boolean(required=True)
    keep_good = fields.Boolean(required=True)
    applied = fields.Boolean(required=True)
    rows = fields.Integer(required=True)
    created = fields.Integer(required=True)
    updated = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    bad = fields.Integer(required=True)


class ImportListItemSchema(ImportSchema):
    """An import in the list."""

    imported_by = fields.UUID(required=True, allow_none=True)


ImportPageSchema = page_of(ImportListItemSchema)


class ImportReportSchema(ImportSchema):
    """An import with every fault of its rows. Row 1 is the header."""

    ignored_columns = fields.List(fields.String(), required=True)
    faults = fields.List(
        FaultField(metadata={"type": "object", "description": "{row, column, code, zh, en}"}), required=True
    )
    faults_left_out = fields.Integer(
        required=True, metadata={"description": "Further faults of rows that are named already, beyond 20,000."}
    )


class ImportListQuery(PageQuery):
    """The list has no filters."""


class ExportQuery(RequestSchema):
    """What to export."""

    format = fields.String(load_default="xlsx", validate=validate.OneOf(FORMATS))
    full_numbers = fields.Boolean(load_default=False, metadata={"description": "Needs people.contact."})
    include_left = fields.Boolean(load_default=False)
