"""Settings, read once from the environment; secrets are masked when printed, and a missing one stops the start."""

import base64
import re
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# How long anybody waits for a database server that says nothing, not even that it is gone. What was sent and not
# acknowledged within 5 s is lost (`tcp_user_timeout`, ms); who only listens asks after 3 s whether anybody is there.
# Without the latter a query that was under way when the network went silent is waited for two hours. A check of an old
# connection and a new one after it stay below 10 s together.
DATABASE_WAITS: dict[str, Any] = {
    "connect_timeout": 4,
    "tcp_user_timeout": 5_000,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
}


class Settings(BaseSettings):
    """Every setting of every process. Environment names carry the prefix `GRIDLOOP_`."""

    # A start that fails is logged: it names the setting, and does not quote what it holds.
    model_config = SettingsConfigDict(env_prefix="GRIDLOOP_", frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: str = Field(repr=False)  # may hold a password
    owner_database_url: str = Field(default="", repr=False)  # migrations only; the running system never holds it
    redis_url: str = Field(default="redis://127.0.0.1:6379/0", repr=False)
    pool_size: int = Field(default=10, ge=1)
    pool_wait_s: float = 2.0  # a request that cannot get a connection in this time is answered 503

    secret_key: SecretStr  # signs tokens, cursors, links
    sealing_keys: SecretStr  # "k2:<base64>,k1:<base64>": the first seals, all open
    index_key: SecretStr  # base64; blind indexes of phone numbers

    public_url: str = "http://127.0.0.1:8080"  # links and webhook signatures are built from this, never from headers
    minimum_apps: str = ""  # "name/1.2.3=https://where.a/newer/one.is", by commas; older ones are answered 426
    trusted_proxies: int = Field(default=0, ge=0)  # exact number of proxies that set X-Forwarded-For
    demo: bool = False

    fcm_base_url: str = ""  # empty: Google
    fcm_credentials: str = ""  # path of a service-account file
    fcm_transport: Literal["http2", "sdk"] = "http2"  # sdk: firebase-admin's own, a hundred times dearer
    twilio_base_url: str = ""  # empty: Twilio
    twilio_account_sid: str = ""
    twilio_auth_token: SecretStr = SecretStr("")
    twilio_from: str = ""

    aliyun_base_url: str = ""  # empty: Alibaba Cloud
    aliyun_access_key_id: str = ""
    aliyun_access_key_secret: SecretStr = SecretStr("")
    webpush_base_url: str = ""  # a stand-in's address: the one place where a push may go over http or to this machine
    webpush_vapid_key: SecretStr = SecretStr("")  # base64url of the private key's 32 bytes (P-256)
    webpush_contact: str = ""  # mailto: or https:, for whoever runs the push service
    phone_countries: str = "86"  # calling codes people may be enrolled with, by commas
    sms_daily_caps: str = ""  # "CNY:200,USD:30": beyond it only alerts and codes are texted; empty: no cap

    files_dir: str = "var/files"  # photos and papers, sealed; unfinished uploads also when a bucket is set
    files_person_daily: int = Field(default=500, ge=1)  # files one person may bring in 24 hours
    files_person_daily_mb: int = Field(default=1024, ge=1)
    files_station_gb: int = Field(default=200, ge=1)
    s3_bucket: str = ""  # empty: files_dir
    s3_endpoint: str = ""  # empty: Amazon
    s3_region: str = "us-east-1"
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    s3_prefix: str = ""

    router: str = ""  # dotted name of a function that knows travel times by road; empty: the built-in model

    sandbox_control_key: SecretStr = SecretStr("")  # of the stand-ins' side doors, for a demonstration's wall of phones
    stream_url: str = ""  # the address of GET /v1/stream as clients reach it; empty: below public_url
    stream_origins: str = ""  # pages of other origins that may read the stream, by commas; public_url's always may
    stream_per_person: int = Field(default=3, ge=1)  # streams one person may have at a time: the newest stay
    stream_most: int = Field(default=2_000, ge=1)  # streams one process holds
    tile_url: str = ""  # the cockpit's base map, "https://host/{z}/{x}/{y}.png"; empty: outlines only
    tile_datum: Literal["wgs84", "gcj02"] = "wgs84"  # what that map is drawn in
    tile_attribution: str = ""  # what its owner wants to be named as
    tile_max_zoom: int = Field(default=18, ge=1, le=24)

    metrics_token: SecretStr = SecretStr("")  # empty: /metrics only answers to loopback
    log_level: str = "INFO"

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        # PyJWT only warns about short keys; a 5-byte key must stop the start instead.
        if len(value.get_secret_value().encode()) < 32:
            raise ValueError("secret_key needs at least 32 bytes")
        return value

    @field_validator("phone_countries")
    @classmethod
    def _calling_codes(cls, value: str) -> str:
        if not re.fullmatch(r"[1-9]\d{0,2}(,[1-9]\d{0,2})*", value.replace(" ", "")):
            raise ValueError("phone_countries are calling codes without a plus, by commas")
        return value

    @field_validator("minimum_apps")
    @classmethod
    def _versions(cls, value: str) -> str:
        one = r"[A-Za-z0-9._-]{1,60}/\d{1,9}(\.\d{1,9}){0,3}=https?://[^\s,]+"
        if value and not re.fullmatch(rf"{one}(,\s*{one})*", value):
            raise ValueError("minimum_apps are name/version=link, by commas")
        return value

    @field_validator("sms_daily_caps")
    @classmethod
    def _amounts(cls, value: str) -> str:
        if not re.fullmatch(r"([A-Z]{3}:\d{1,9}(\.\d{1,2})?(,|$))*", value):
            raise ValueError("sms_daily_caps are currency:amount, by commas")
        return value

    @cached_property
    def daily_caps(self) -> dict[str, Decimal]:
        """What a day of texts may cost, by currency."""
        pairs = (part.split(":") for part in self.sms_daily_caps.split(",") if part)
        return {currency: Decimal(amount) for currency, amount in pairs}

    @cached_property
    def stream_address(self) -> str:
        """The address of GET /v1/stream as clients reach it."""
        return self.stream_url or f"{self.public_url.rstrip('/')}/v1/stream"

    @cached_property
    def stream_readers(self) -> frozenset[str]:
        """The origins whose pages may read the stream."""
        given = [self.public_url, *(part.strip() for part in self.stream_origins.split(","))]
        return frozenset("/".join(address.split("/")[:3]) for address in given if address)

    @cached_property
    def secret(self) -> bytes:
        """The signing key as bytes."""
        return self.secret_key.get_secret_value().encode()

    @cached_property
    def sealing(self) -> dict[str, bytes]:
        """Key id -> 32-byte key, in order: the first one seals."""
        pairs = (item.split(":", 1) for item in self.sealing_keys.get_secret_value().split(","))
        return {key_id.strip(): base64.b64decode(value) for key_id, value in pairs}

    @cached_property
    def index(self) -> bytes:
        """The blind-index key."""
        return base64.b64decode(self.index_key.get_secret_value())

    def flask(self) -> dict[str, Any]:
        """What Flask and its extensions read."""
        return {
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": {
                "pool_size": self.pool_size,
                "max_overflow": 0,
                "pool_timeout": self.pool_wait_s,
                "hide_parameters": True,  # the text of a database error would quote them
                "connect_args": DATABASE_WAITS
                | {
                    "options": "-c statement_timeout=15000 -c lock_timeout=4000"
                    " -c idle_in_transaction_session_timeout=30000",
                },
            },
            "MAX_CONTENT_LENGTH": 10 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        }


def load_settings() -> Settings:
    """Read the environment; raises pydantic's ValidationError naming every setting that is missing or wrong."""
    return Settings.model_validate({})
