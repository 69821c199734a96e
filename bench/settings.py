"""The settings every measured process gets. Invented keys: the world's people are sealed with them."""

import os

from config import Settings
from deploy.local.cluster import Cluster
from deploy.local.redis_server import ensure_redis

KEYS = {
    "GRIDLOOP_SECRET_KEY": "bench-secret-key-of-enough-length-0123456789",
    "GRIDLOOP_SEALING_KEYS": "k1:YmVuY2gtc2VhbGluZy1rZXktMzItYnl0ZXMtbG9uZyE=",
    "GRIDLOOP_INDEX_KEY": "YmVuY2gtYmxpbmQtaW5kZXgta2V5LTMyLWJ5dGVzISE=",
    "GRIDLOOP_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "GRIDLOOP_TWILIO_AUTH_TOKEN": "f" * 32,
    "GRIDLOOP_TWILIO_FROM": "+15005550006",
    "GRIDLOOP_LOG_LEVEL": "WARNING",
}


def environment(cluster: Cluster, database: str, **more: str) -> dict[str, str]:
    """The environment of a measured process: ours, and none of the caller's own settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDLOOP_")}
    data = {
        "GRIDLOOP_DATABASE_URL": cluster.url("gridloop_app", database),
        "GRIDLOOP_REDIS_URL": ensure_redis(cluster.kind).url,
    }
    return {**kept, **KEYS, **data, **more}


def settings(cluster: Cluster, database: str) -> Settings:
    """The same as an object, for what runs in the bench's own process."""
    given = environment(cluster, database).items()
    ours = {name.removeprefix("GRIDLOOP_").lower(): value for name, value in given if name.startswith("GRIDLOOP_")}
    return Settings(**ours)
