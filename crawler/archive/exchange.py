"""What went over the wire for one page, noted before Scrapy decodes anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urldefrag, urlsplit

from scrapy.http import Request, Response
from scrapy.http.headers import Headers

EXCHANGES = "exchanges"
"""Under this key a request's meta holds its exchanges: redirects, then the page itself."""

HeaderLines = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One HTTP request and its answer, or a file that a person handed over.

    A file has no request and no status line, and of headers its media type alone.

    Attributes:
        fetched: when the answer was there (UTC).
        status_line: "200 OK"; `protocol` is the answer's ("HTTP/1.1").
        body: as it was sent, content encoding included, transfer encoding undone.
        address: the IP address that answered, None where it is not known.
    """

    url: str
    fetched: datetime
    request_line: str
    request_headers: HeaderLines
    protocol: str
    status_line: str
    response_headers: HeaderLines
    body: bytes = field(repr=False)
    address: str | None = None

    @property
    def is_file(self) -> bool:
        """Whether a person handed it over, and no server sent it."""
        return not self.status_line

    @property
    def media_type(self) -> str:
        """As it is declared, without parameters."""
        declared = {name.lower(): value for name, value in self.response_headers}
        return declared.get("content-type", "").partition(";")[0].strip().lower()


class ExchangeMiddleware:
    """Notes the exchanges of article pages; stands nearest to the network."""

    def process_response(self, request: Request, response: Response) -> Response:
        """The response as it is; it and the redirects before it are noted in the meta."""
        if request.meta.get("kind") == "article" and response.status != HTTPStatus.NOT_MODIFIED:
            # A retried request brings along the answer that it is retried for.
            earlier = [
                done for done in request.meta.get(EXCHANGES, ()) if done.status_line[0] == "3"
            ]
            request.meta[EXCHANGES] = (*earlier, exchange(request, response))
        return response


def exchange(request: Request, response: Response) -> Exchange:
    """What a request and its answer, not yet decoded, were."""
    parts = urlsplit(response.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Exchange(
        url=urldefrag(response.url).url,
        fetched=datetime.now(UTC),
        request_line=f"{request.method} {target} HTTP/1.1",
        request_headers=(("Host", parts.netloc.rpartition("@")[2]), *_lines(request.headers)),
        protocol=response.protocol or "HTTP/1.1",
        status_line=f"{response.status} {_phrase(response.status)}".rstrip(),
        response_headers=tuple(_lines(response.headers)),
        body=response.body,
        address=None if response.ip_address is None else str(response.ip_address),
    )


def _lines(headers: Headers) -> Iterable[tuple[str, str]]:
    for name, values in headers.items():
        for value in values:
            yield name.decode("latin-1"), value.decode("latin-1")


def _phrase(status: int) -> str:
    """The usual reason phrase: Scrapy does not pass on the server's own."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
