"""Where the crawler may go: an outlet's own hosts, at public addresses.

A page, a feed or a redirect must not send the crawler to the machine it runs on, to the
newsroom's network or to a cloud's metadata service (server-side request forgery). Two checks:

- `ScopeMiddleware` looks at every request, redirects and robots.txt included: http or https,
  and a host that the outlet itself names.
- `AddressMiddleware` looks at what the name resolves to at the moment of connecting. The
  addresses that pass are those that are connected to, so a name that resolves differently
  the next time (DNS rebinding) gains nothing.

An outlet with `private_addresses: true` is exempt from the second check, for its own hosts.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request
from twisted.internet.interfaces import IAddress, IHostnameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from analysis.config import load_settings
from crawler.outlets import Outlet
from crawler.politeness import slot_of
from crawler.stoplist import load_stop_list
from crawler.visits import INTERRUPTED, STOP_LIST, RefusedRequest

if TYPE_CHECKING:
    from crawler.spiders.news import NewsSpider

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Azure's platform services stand at a public address.
_AZURE_WIRE_SERVER = ipaddress.ip_address("168.63.129.16")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public Internet, whatever form it takes.

    Private, loopback, link-local, shared (RFC 6598), multicast and reserved addresses are
    not, nor IPv6 addresses that embed one (mapped, 6to4, Teredo, NAT64).
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            embedded.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(inner is not None and not is_public(str(inner)) for inner in embedded):
            return False
        if ip.ipv4_mapped is not None:
            return True
    return ip.is_global and not ip.is_multicast and ip != _AZURE_WIRE_SERVER


class ScopeMiddleware:
    """Refuses requests to hosts that are not the outlet's, or on the stop list.

    Marks each request with its outlet.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._stop_list = load_stop_list(load_settings().stoplist)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises RefusedRequest for a request that leaves the outlet."""
        parts = urlsplit(request.url)
        if parts.scheme not in {"http", "https"}:
            raise RefusedRequest("scheme")
        if self._stop_list.stops(request.url):
            raise RefusedRequest(STOP_LIST)
        outlet = request.meta.get("outlet") or self._owner(request.url)
        if outlet is None or not outlet.includes(request.url):
            is_inside = _is_address(parts.hostname) and not is_public(parts.hostname or "")
            raise RefusedRequest("private_address" if is_inside else "offsite")
        # Also for robots.txt, which Scrapy asks for: one pace for all that an outlet is asked.
        request.meta["outlet"] = outlet
        request.meta["download_slot"] = slot_of(request.url, outlet, self._outlets)

    @property
    def _outlets(self) -> tuple[Outlet, ...]:
        return cast("NewsSpider", self._crawler.spider).outlets

    def _owner(self, url: str) -> Outlet | None:
        return next((outlet for outlet in self._outlets if outlet.includes(url)), None)


class AddressMiddleware:
    """Guards the reactor's name resolution while a spider is open."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._guard: _GuardedResolver | None = None
        crawler.signals.connect(self._install, signals.spider_opened)
        crawler.signals.connect(self._remove, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Called by Scrapy."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises RefusedRequest for a host that only other outlets may ask at any address.

        Also where the crawl was stopped while the request waited for robots.txt.
        """
        if not self._crawler.crawling:
            raise RefusedRequest(INTERRUPTED)
        host = urlsplit(request.url).hostname or ""
        if self._guard is None or (
            host in self._guard.permitted and not request.meta["outlet"].private_addresses
        ):
            raise RefusedRequest("private_address")

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Names the reason where a name resolved to addresses that may not be asked."""
        if self._guard and (urlsplit(request.url).hostname or "") in self._guard.refused:
            raise RefusedRequest("private_address") from exception

    def _install(self) -> None:
        from twisted.internet import reactor  # the import installs a reactor: not earlier

        spider = cast("NewsSpider", self._crawler.spider)
        permitted = {
            host for outlet in spider.outlets if outlet.private_addresses for host in outlet.names
        }
        self._guard = _GuardedResolver(reactor.nameResolver, permitted)
        reactor.installNameResolver(self._guard)

    def _remove(self) -> None:
        from twisted.internet import reactor

        if self._guard is not None:
            reactor.installNameResolver(self._guard.resolver)


@implementer(IHostnameResolver)
class _GuardedResolver:
    """Passes on the addresses of a name that may be connected to.

    Attributes:
        resolver: the IHostnameResolver that resolves.
        permitted: names that may resolve to any address.
        refused: names with an address that was held back.
    """

    def __init__(self, resolver: Any, permitted: set[str]) -> None:
        self.resolver = resolver
        self.refused: set[str] = set()
        self.permitted = permitted

    def resolveHostName(  # noqa: N802 - Twisted's names, here and below
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """See IHostnameResolver."""
        host = hostName.lower()
        receiver = (
            resolutionReceiver
            if host in self.permitted
            else _PublicAddresses(resolutionReceiver, host, self.refused)
        )
        return self.resolver.resolveHostName(receiver, hostName, *args, **kwargs)


@implementer(IResolutionReceiver)
class _PublicAddresses:
    def __init__(self, receiver: Any, host: str, refused: set[str]) -> None:
        self.resolutionBegan = receiver.resolutionBegan
        self.resolutionComplete = receiver.resolutionComplete
        self._pass_on = receiver.addressResolved
        self._host = host
        self._refused = refused

    def addressResolved(self, address: IAddress) -> None:  # noqa: N802
        """Passes public addresses on."""
        if is_public(getattr(address, "host", "")):
            self._pass_on(address)
        else:
            self._refused.add(self._host)


def _is_address(host: str | None) -> bool:
    try:
        ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return True
