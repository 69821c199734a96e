"""Serving the finished document at /v1/openapi.json, to anybody."""

from flask import Response, current_app
from flask_smorest import Api

from api.http.contract.finishing import finish


class PublishedApi(Api):
    """flask-smorest's registry, which publishes the document finished; it is built once, at the first request."""

    _published: str | None = None

    def _openapi_json(self) -> Response:
        if self._published is None:
            self._published = current_app.json.dumps(finish(self.spec.to_dict()))
        return current_app.response_class(self._published, mimetype="application/json")
