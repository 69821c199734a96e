"""One table: which blueprint stands under which prefix. What guards a route is declared on the route itself."""

from flask import Flask
from flask_smorest import Api

from api.audit.routes import blp as audit
from api.cockpit.routes import blp as cockpit
from api.cockpit.routes import root as start
from api.disputes.routes import blp as disputes
from api.disputes.routes.ratings import blp as ratings
from api.duty.routes import blp as duty
from api.duty.routes.trackers import blp as trackers
from api.files.routes import blp as files
from api.files.routes import tus as uploads
from api.followups.routes import blp as followups
from api.grids.routes import blp as grids
from api.http.catalogue import blp as catalogue
from api.http.docs import blp as docs
from api.http.enums import blp as enums
from api.http.health import blp as health
from api.http.scrape import blp as scrape
from api.http.versions import blp as apps
from api.identity.routes import blp as identity
from api.incidents.routes import blp as incidents
from api.incidents.routes.links import blp as links
from api.live.routes import blp as live
from api.notices.routes import blp as notices
from api.notifications.routes import blp as notifications
from api.reporting.routes import blp as reporting
from api.retention.routes import blp as retention
from api.sync.routes import blp as sync
from api.webhooks.routes import blp as webhooks

V1 = (
    catalogue, enums, apps, identity, files, uploads, grids, duty, incidents, disputes, notices, followups,
    notifications, reporting, retention,
    sync, live, audit,
)  # fmt: skip


def register_blueprints(app: Flask, api: Api) -> None:
    """Mount everything."""
    for blueprint in V1:
        api.register_blueprint(blueprint, url_prefix="/v1")
    api.register_blueprint(webhooks, url_prefix="/webhooks")
    app.register_blueprint(health)
    app.register_blueprint(docs)
    app.register_blueprint(start)
    app.register_blueprint(cockpit)
    app.register_blueprint(scrape)
    app.register_blueprint(ratings)
    app.register_blueprint(trackers)  # forms laid down by tracking apps
    app.register_blueprint(links)  # pages for people: outside /v1 and its contract
