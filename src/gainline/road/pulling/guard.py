"""Guard: where a connector may go. Only to hosts that were named, once resolved, never into a network from outside."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from gainline.engine.core.errors import Missing, NotAllowed

PORT = 443
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_METADATA = frozenset({"169.254.169.254", "169.254.170.2", "100.100.100.200", "fd00:ec2::254"})
_LINK_LOCAL = (ipaddress.ip_network("169.254.0.0/16"), ipaddress.ip_network("fe80::/10"))
Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(slots=True)
class Guard:
    """Says to which network address a connection goes, and remembers it for as long as it lives.

    A name is resolved once. What it leads to later, when a hostile server of names has changed its mind, is never
    asked; the certificate is still held against the name.

    Parameters
    ----------
    hosts
        Lower-case names that somebody wrote down for this pull: of the service, and of what gives tokens.
    inside
        Whether they stand in the district's own network or on this machine, as somebody said explicitly. Even then no
        link-local address and none that hands out a cloud's credentials is reached.

    Source: OWASP ASVS 5.0.0, items 1.3.6, 13.2.4 and 15.3.2.
    """

    hosts: frozenset[str]
    inside: bool = False
    pinned: dict[tuple[str, int], str] = field(default_factory=dict)

    def place(self, address: str) -> str:
        """The IP address to connect to.

        Raises
        ------
        NotAllowed
            When the address leads into a network from outside (IN441), to another port than 443 (IN442), or to a host
            that nobody named (IN443).
        Missing
            When the name leads nowhere (IN348).
        """
        key = self.check(address)
        if key not in self.pinned:
            self.pinned[key] = self._resolved(*key)
        return self.pinned[key]

    def check(self, address: str) -> tuple[str, int]:
        """Host and port of an address that may be asked for.

        Raises
        ------
        NotAllowed
            IN442, IN443 as `place`.
        """
        parts = urlsplit(address)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port or (PORT if parts.scheme == "https" else 80)
        if host not in self.hosts:
            raise NotAllowed(
                f"IN443: {host} is not the host that was named for this pull", "name the service's own address"
            )
        if port != PORT and not self.inside:
            raise NotAllowed(
                f"IN442: {host} is asked for at port {port}, and only {PORT} is allowed from outside", _INSIDE
            )
        return host, port

    def _resolved(self, host: str, port: int) -> str:
        try:
            found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except OSError as fault:
            raise Missing(f"IN348: the name {host} leads nowhere", "check the address") from fault
        if not found or any(not is_allowed(one, inside=self.inside) for one in found):
            raise NotAllowed(f"IN441: {host} leads into a network from outside, or to a machine's own address", _INSIDE)
        return found[0]


_INSIDE = "if the server does stand in your own network, say so with --inside"


def is_allowed(text: str, *, inside: bool) -> bool:
    """Whether an IP address may be connected to: any public one, and private ones where that was said.

    Addresses that only wrap another (IPv4 in IPv6, 6to4, Teredo, NAT64) count as what they lead to.

    Examples
    --------
    >>> [is_allowed(text, inside=False) for text in ("8.8.8.8", "10.0.0.7", "::ffff:127.0.0.1", "169.254.169.254")]
    [True, False, False, False]
    """
    ip = _led_to(ipaddress.ip_address(text.partition("%")[0]))
    is_never = str(ip) in _METADATA or ip.is_multicast or ip.is_unspecified
    if is_never or any(ip.version == net.version and ip in net for net in _LINK_LOCAL):
        return False
    return ip.is_global or (inside and (ip.is_private or ip.is_loopback))


def _led_to(ip: Ip) -> Ip:
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip.teredo is not None:
        return ip.teredo[1]
    if ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
