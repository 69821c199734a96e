"""Serving the finished document at /v1/openapi.json, to anybody."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, current_app
from flask_smorest import Api
from marshmallow import fields

from api.http.contract.finishing import finish
from api.http.contract.shaping import mark_constant, name_vocabularies
from api.kernel.labels import Vocabulary

Document = dict[str, Any]


class PublishedApi(Api):
    """flask-smorest's registry, which publishes the document finished; it is built once, when first asked for."""

    _document: Document | None = None
    _published: str | None = None

    def __init__(self, app: Flask, vocabularies: Iterable[Vocabulary] = ()) -> None:
        self._vocabularies = tuple(vocabularies)
        super().__init__(app)

    def document(self) -> Document:
        """The document as it is published; not to be changed."""
        if self._document is None:
            self._document = finish(self.spec.to_dict(), {one.name: one.labels for one in self._vocabularies})
        return self._document

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(**options)
        for function in (name_vocabularies(self._vocabularies), mark_constant):
            self.ma_plugin.converter.add_attribute_function(function)
        # Without a format some languages take a number for a decimal of any length.
        self.ma_plugin.map_to_openapi_type(fields.Float, "number", "double")
        # Money is text on the wire; the generator takes every Decimal for a number.
        self.ma_plugin.map_to_openapi_type(fields.Decimal, "string", None)

    def _openapi_json(self) -> Response:
        if self._published is None:
            self._published = current_app.json.dumps(self.document())
        return current_app.response_class(self._published, mimetype="application/json")
