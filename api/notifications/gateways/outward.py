"""Calls to addresses that strangers chose: only to public ones, and to the very one that was checked.

Whoever registers an endpoint could name one of ours: the metadata service, the database, this machine. The name is
resolved here, every address it has is checked, and the connection goes to a checked address and not to the name again,
so that an answer which changes in between changes nothing. Pooled connections keep the address they were made to.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import httpcore
import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
RESOLVE_S = 3.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class EndpointForbidden(httpcore.ConnectError):
    """The name leads to an address nobody outside may have us call."""


class Guard(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only. `stand_in`: the one host and port that may be anywhere."""

    def __init__(self, stand_in: str = "") -> None:
        parts = urlsplit(stand_in)
        self._exempt = (parts.hostname, parts.port) if stand_in else None
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:  # fmt: skip
        """A connection to an address of `host` that was checked; raises EndpointForbidden."""
        if (host, port) != self._exempt:
            host = str(await self._checked(host, port))
        return await self._backend.connect_tcp(host, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: a socket of this machine is nobody's endpoint."""
        raise EndpointForbidden("a socket")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._backend.sleep(seconds)

    async def _checked(self, host: str, port: int) -> Address:
        try:
            async with asyncio.timeout(RESOLVE_S):
                found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        # One address that is not public among several that are is an attempt, not an accident.
        if not addresses or not all(is_public(address) for address in addresses):
            raise EndpointForbidden(host)
        return addresses[0]


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx over the guard: no redirects, proxies or environment, since none of them would be checked."""

    def __init__(self, guard: Guard, connections: int) -> None:
        super().__init__(trust_env=False)
        # httpx has no public place for a network backend; tests/notifications/test_outward.py pins this one.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=60.0,
            network_backend=guard,
        )


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet; one that carries another inside is judged by both."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved
