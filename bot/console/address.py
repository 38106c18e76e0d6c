"""Where the HTTP listens, and by which names it may be called."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_LOCAL: Final = "localhost"


def _ip(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def split_host(value: str) -> tuple[str, int | None] | None:
    """Host and port of a Host header or an origin's authority; None when it is not one."""
    try:
        parts = urlsplit(f"//{value}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.username is not None or parts.path or parts.query or parts.fragment:
        return None
    return host.rstrip("."), port


@dataclass(frozen=True, slots=True)
class Address:
    """One listening address. `public_url` is how people reach it through a proxy, empty when they do not."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""

    @property
    def loopback(self) -> bool:
        """Only this machine can connect."""
        ip = _ip(self.host)
        return self.host == _LOCAL or (ip is not None and ip.is_loopback)

    @property
    def url(self) -> str:
        """What a person types; an address that means 'every interface' is shown as this machine."""
        if self.public_url:
            return self.public_url.rstrip("/")
        ip = _ip(self.host)
        host = "127.0.0.1" if ip is not None and ip.is_unspecified else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def answers_to(self, header: str) -> bool:
        """Whether a Host header names us. A name that somebody else may point at us (DNS rebinding) does not.

        A bare IP address cannot be pointed anywhere, so off loopback any of them will do.
        """
        split = split_host(header)
        if split is None:
            return False
        host = split[0].lower()
        if host in (_LOCAL, self.host.lower(), (urlsplit(self.public_url).hostname or "").lower()):
            return True
        ip = _ip(host)
        return ip is not None and (ip.is_loopback or not self.loopback)

    def same_origin(self, origin: str, header: str, scheme: str = "http") -> bool:
        """Whether an Origin header is the page we serve under that Host header and scheme, or under `public_url`."""
        if self.public_url and origin == self.public_url.rstrip("/"):
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme != scheme or origin != f"{scheme}://{parts.netloc}":
            return False
        default = 443 if scheme == "https" else 80
        ours, theirs = split_host(header), split_host(parts.netloc)
        if ours is None or theirs is None:
            return False
        return (ours[0].lower(), ours[1] or default) == (theirs[0].lower(), theirs[1] or default)
