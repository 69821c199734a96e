"""The process's store, its folder for unfinished uploads, and its limits; set once by `create_app`."""

from dataclasses import dataclass, field
from pathlib import Path

from api.files.gateways.bucket import BucketAddress, BucketStore
from api.files.gateways.disk import DiskStore
from api.files.gateways.port import BlobStore
from api.files.types import Limits


@dataclass(frozen=True)
class DepotOrder:
    """What `create_app` read from the settings. `parts` stays on disk also with a bucket."""

    folder: Path
    limits: Limits = field(default_factory=Limits)
    bucket: BucketAddress | None = None


class Depot:
    """Nothing is opened or made before the first file comes."""

    def __init__(self) -> None:
        self._order: DepotOrder | None = None
        self._store: BlobStore | None = None

    def load(self, order: DepotOrder) -> None:
        """Install the settings."""
        self._order, self._store = order, None

    @property
    def store(self) -> BlobStore:
        """Where finished bytes lie."""
        if self._store is None:
            order = self._loaded
            self._store = BucketStore(order.bucket) if order.bucket else DiskStore(order.folder)
        return self._store

    @property
    def parts(self) -> Path:
        """The folder of unfinished uploads."""
        return self._loaded.folder / "uploads"

    @property
    def limits(self) -> Limits:
        """Quotas."""
        return self._loaded.limits

    @property
    def _loaded(self) -> DepotOrder:
        if self._order is None:
            raise RuntimeError("the depot has no settings yet")
        return self._order


depot = Depot()
