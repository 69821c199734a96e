"""Bytes in a bucket of any S3-compatible store."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from api.files.gateways.port import BlobMissing, StoreDown
from api.kernel.later import import_later

if TYPE_CHECKING:
    import boto3
    from botocore import config as botocore_config
    from botocore import exceptions as refused
else:
    boto3, botocore_config, refused = map(import_later, ("boto3", "botocore.config", "botocore.exceptions"))


@dataclass(frozen=True)
class BucketAddress:
    """Where the bucket is, and who we are there. An empty endpoint is Amazon's own."""

    bucket: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str
    prefix: str = ""


class BucketStore:
    """One object per blob."""

    def __init__(self, address: BucketAddress) -> None:
        self._bucket, self._prefix = address.bucket, address.prefix
        config = botocore_config.Config(
            connect_timeout=2,
            read_timeout=8,
            retries={"mode": "standard", "total_max_attempts": 2},
            # Other makers' stores refuse the checksums Amazon's client has added by itself since 2025.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": "path"},
        )
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=address.endpoint or None,
            region_name=address.region,
            aws_access_key_id=address.access_key,
            aws_secret_access_key=address.secret_key,
            config=config,
        )

    def put(self, key: str, data: bytes) -> None:
        """The answer comes when the store has it."""
        self._call("put_object", Key=self._prefix + key, Body=data, ContentType="application/octet-stream")

    def get(self, key: str) -> bytes:
        """The bytes."""
        answer = self._call("get_object", Key=self._prefix + key)
        try:
            data: bytes = answer["Body"].read()
        except refused.BotoCoreError as error:
            raise StoreDown(type(error).__name__) from None
        return data

    def remove(self, keys: Iterable[str]) -> None:
        """One by one: removing many in one request is what compatible stores differ in."""
        for key in keys:
            self._call("delete_object", Key=self._prefix + key)

    def keys_before(self, moment: datetime) -> Iterator[str]:
        """By the store's own time of writing."""
        more: dict[str, str] = {}
        while True:
            page = self._call("list_objects_v2", Prefix=self._prefix, **more)
            for entry in page.get("Contents", []):
                if entry["LastModified"] < moment:
                    yield entry["Key"].removeprefix(self._prefix)
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def _call(self, action: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, action)(Bucket=self._bucket, **arguments)
        except refused.ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in {"NoSuchKey", "404"}:
                raise BlobMissing(arguments.get("Key", "")) from None
            raise StoreDown(code) from None
        except refused.BotoCoreError as error:
            raise StoreDown(type(error).__name__) from None
