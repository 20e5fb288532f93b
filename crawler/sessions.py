"""Addresses without the session that a site wrote into them for one visitor.

Left in, every visit would find new addresses of the same articles.
"""

from __future__ import annotations

import re

_KEYS = r"(?:jsessionid|phpsessid|aspsessionid\w*|sess(?:ion)?_?id|cfid|cftoken|oscsid|zenid)"
_PATH = re.compile(rf"(?:;|%3B){_KEYS}=[^/?#;]*|/(?:\(|%28)S(?:\(|%28)\w+(?:\)|%29){{2}}", re.I)
_QUERY = re.compile(
    rf"(?<=[?&;])(?:{_KEYS}=[^&;#]*|sid=(?=[a-z]*\d)[0-9a-z]{{16,}})(?:[&;]|$|(?=#))", re.I
)
"""`sid` alone is also how some sites call a story."""


def without_session(url: str) -> str:
    """The address without Java's, PHP's, ASP.NET's or ColdFusion's session."""
    base, mark, fragment = url.partition("#")
    stripped = _QUERY.sub("", _PATH.sub("", base))
    return stripped.rstrip("?&;") + mark + fragment if stripped != base else url
