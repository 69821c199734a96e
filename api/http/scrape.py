"""`/metrics`: what this process counted, and what the database knows of all of them."""

import ipaddress
from collections.abc import Iterable

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from api.kernel.errors import NotFound
from api.plumbing.census import MEANINGS, Reading, take_census
from api.plumbing.context import SYSTEM, unit_of_work

blp = Blueprint("scrape", __name__)


class _Census(Collector):
    """Readings as gauges, for one answer."""

    def __init__(self, readings: list[Reading]) -> None:
        self._readings = readings

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, meaning in MEANINGS.items():
            mine = [reading for reading in self._readings if reading.name == name]
            labels = sorted({label for reading in mine for label in reading.labels})
            family = GaugeMetricFamily(f"gridloop_{name}", meaning, labels=labels)
            for reading in mine:
                family.add_metric([reading.labels[label] for label in labels], reading.value)
            yield family


@blp.route("/metrics")
def metrics() -> Response:
    """Prometheus metrics, for a caller with the metrics token, or from this machine when none is set."""
    token = current_app.extensions["gridloop.settings"].metrics_token.get_secret_value()
    local = ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback  # noqa: S104 - a fallback that is not loopback
    if request.headers.get("Authorization") != f"Bearer {token}" if token else not local:
        raise NotFound
    return Response(generate_latest() + _census(), content_type=CONTENT_TYPE_LATEST)


metrics.guard = "public: metrics token, or loopback when none is set"  # type: ignore[attr-defined]


def _census() -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    try:
        with unit_of_work(SYSTEM) as ctx:
            registry.register(_Census(take_census(ctx.session)))
    except SQLAlchemyError:
        # Without its database the process still tells what it counted; the missing gauges are an alarm of their own.
        return b""
    return generate_latest(registry)
