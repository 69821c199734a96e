"""What a browser may load for a page (Content-Security-Policy), and what else it is told."""

from collections.abc import Sequence
from urllib.parse import urlsplit


def origin_of(address: str) -> str:
    """`https://host:port` of an address, for a policy; a `{s}` for the tile server's numbered hosts becomes `*`."""
    parts = urlsplit(address.replace("{s}", "*"))
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""


def content_policy(*, images: Sequence[str] = (), connections: Sequence[str] = ()) -> str:
    """The policy of every page: this server alone, and the origins named here. No inline script or style at all."""
    rules = {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:", *images],
        "connect-src": ["'self'", *connections],
        "media-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(source for source in sources if source)}" for name, sources in rules.items())


def page_headers(policy: str) -> dict[str, str]:
    """The headers of every page."""
    return {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex, nofollow",
    }
