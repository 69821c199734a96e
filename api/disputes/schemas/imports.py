"""Files of cases, in and out."""

from typing import Any

from flask_smorest.fields import Upload
from marshmallow import fields

from api.disputes.rules.sheet import fault_text
from api.disputes.types import CaseFault
from api.http.schemas import PageQuery, RequestSchema, ResponseSchema, page_of


class CaseFormSchema(RequestSchema):
    """How to import: a dry run unless said otherwise."""

    dry_run = fields.Boolean(load_default=True, metadata={"description": "Only say what would happen."})
    keep_good = fields.Boolean(load_default=False, metadata={"description": "File the rest when rows are bad."})


class CaseFileSchema(RequestSchema):
    """The file itself."""

    file = Upload(required=True, metadata={"description": ".xlsx, or .csv in UTF-8 or GB18030; at most 20,000 rows."})


class CaseFaultField(fields.Field):
    """A cell's fault as {row, column, code, zh, en}."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any]:
        fault: CaseFault = value
        zh, en = fault_text(fault)
        return {"row": fault.row, "column": fault.column.value, "code": fault.code, "zh": zh, "en": en}


class CaseImportSchema(ResponseSchema):
    """An import's counts; for one that was not applied, what it would have done."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    imported_by = fields.UUID(required=True, allow_none=True)
    file_format = fields.String(required=True)
    dry_run = fields.Boolean(required=True)
    keep_good = fields.Boolean(required=True)
    applied = fields.Boolean(required=True)
    rows = fields.Integer(required=True)
    created = fields.Integer(required=True)
    known = fields.Integer(required=True, metadata={"description": "Rows filed already; they change nothing."})
    bad = fields.Integer(required=True)


CaseImportPageSchema = page_of(CaseImportSchema)


class CaseReportSchema(CaseImportSchema):
    """An import with every fault of its rows. Row 1 is the header."""

    ignored_columns = fields.List(fields.String(), required=True)
    faults = fields.List(
        CaseFaultField(metadata={"type": "object", "description": "{row, column, code, zh, en}"}), required=True
    )
    faults_left_out = fields.Integer(required=True)


class CaseImportQuery(PageQuery):
    """The list has no filters."""
