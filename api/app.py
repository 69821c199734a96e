"""The application factory: everything the web side is made of, in one readable list."""

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from api.all_labels import VOCABULARIES
from api.all_models import schema_head
from api.blueprints import register_blueprints
from api.files.gateways.bucket import BucketAddress
from api.files.gateways.depot import DepotOrder, depot
from api.files.types import Limits
from api.http.bodies import JsonProvider
from api.http.contract import PublishedApi
from api.http.deprecation import register_deprecation
from api.http.doors import Doors
from api.http.errors import register_errors
from api.http.limits import register_limits
from api.http.overrides import MethodOverride
from api.http.requests import register_requests
from api.http.versions import register_versions
from api.identity.rules.phones import countries
from api.identity.service import admit_token
from api.incidents.gateways.routing import roads, router_named
from api.kernel.labels import label_catalogue
from api.plumbing.crypto import keyring
from api.plumbing.db import db
from api.plumbing.logs import configure_logs
from api.plumbing.signing import signer
from config import Settings


def create_app(settings: Settings) -> Flask:
    """Build the app. No connection is opened here; a second app in one process shares only the keys."""
    app = Flask("gridloop", static_folder=None)
    app.json = JsonProvider(app)
    app.config.update(settings.flask())
    app.config.update(openapi_settings())
    app.extensions["gridloop.settings"] = settings
    app.extensions["gridloop.schema_head"] = schema_head()
    app.extensions["gridloop.enums"] = label_catalogue(VOCABULARIES)
    app.extensions["gridloop.authenticator"] = admit_token
    app.extensions["gridloop.doors"] = Doors(settings.pool_size, settings.pool_wait_s)
    configure_logs(settings.log_level)
    keyring.load(settings.sealing, settings.index)
    signer.load(settings.secret)
    roads.load(router_named(settings.router))
    countries.load(int(code) for code in settings.phone_countries.split(","))
    depot.load(depot_order(settings))
    db.init_app(app)
    register_requests(app)
    register_limits(app, settings.redis_url)
    register_versions(app, settings.minimum_apps)
    register_deprecation(app)
    register_blueprints(app, PublishedApi(app, VOCABULARIES))
    register_errors(app)  # after Api, which brings handlers of its own
    app.wsgi_app = MethodOverride(app.wsgi_app)  # type: ignore[method-assign]
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    return app


def depot_order(settings: Settings) -> DepotOrder:
    """Where files lie, and how many there may be."""
    limits = Limits(settings.files_person_daily, settings.files_person_daily_mb << 20, settings.files_station_gb << 30)
    bucket = BucketAddress(
        settings.s3_bucket,
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_access_key,
        settings.s3_secret_key.get_secret_value(),
        settings.s3_prefix,
    )
    return DepotOrder(Path(settings.files_dir), limits, bucket if settings.s3_bucket else None)


def openapi_settings() -> dict[str, object]:
    """What flask-smorest publishes; served at /v1/openapi.json without signing in."""
    return {
        "API_TITLE": "Gridloop",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/v1",
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {
                "description": "Backend of a police station's community-safety network.",
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            # Wherever the document was fetched from: an installation has its own name.
            "servers": [{"url": "/"}],
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}},
        },
    }
