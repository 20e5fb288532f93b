"""What became of an address, in words."""

from __future__ import annotations

from analysis.coverage import Fate
from analysis.dashboard.language import mark, tr

FATES: dict[Fate, str] = {
    "kept": mark("Kept"),
    "off_topic": mark("Off topic"),
    "duplicate": mark("Duplicate"),
    "robots": mark("Forbidden by robots.txt"),
    "not_taken": mark("Not taken"),
    "failed": mark("Failed"),
}
OUTCOMES = {
    "kept": mark("Kept for analysis"),
    "off_topic:no_assistant": mark("Set aside: not about a voice assistant"),
    "off_topic:no_privacy": mark("Set aside: not about privacy"),
    "off_topic": mark("Not asked for: its title or section is about something else"),
    "no_body": mark("No article text was found on the page"),
    "not_html": mark("Set aside: not a web page"),
    "not_xml": mark("not a feed or sitemap"),
    "no_links": mark("no links found"),
    "nofollow": mark("its links are not to be followed"),
    "too_large": mark("Set aside: the page is too large"),
    "unknown_language": mark("Set aside: neither French nor English"),
    "duplicate": mark("Set aside: already read at another address"),
    "superseded": mark("Set aside: an older text of a stored article"),
    "too_old": mark("Not asked for: before the date asked for"),
    "limit": mark("Not asked for: beyond the number of pages asked for"),
    "budget": mark("Not asked for yet: beyond the number of pages a day"),
    "backed_off": mark("Not asked for yet: the site was left alone for a while"),
    "pending": mark("Not asked for yet: the crawl was cut short"),
    "unlisted": mark("Not asked for: of an outlet that is not crawled"),
    "stop_list": mark("Not asked for: on the list of pages to leave alone"),
    "robots": mark("Not asked for: the site’s robots.txt forbids it"),
    "robots_unreachable": mark("Not asked for: the site’s robots.txt did not answer"),
    "offsite": mark("Not asked for: the address belongs to another site"),
    "private_address": mark("Not asked for: the address is not on the public web"),
    "scheme": mark("Not asked for: not a web address"),
    "timeout": mark("No answer in time"),
    "dns": mark("The site’s name is unknown"),
    "connection": mark("The site could not be reached"),
    "tls": mark("The site’s certificate is not valid"),
    "truncated": mark("Only a part of the page came"),
    "bad_encoding": mark("The page came in a compression that cannot be read"),
    "redirects": mark("The site redirected without end"),
    "download_error": mark("The download failed"),
    "soft_404": mark("The page says that there is none"),
    "parse_error": mark("The page could not be read; the crawl’s log names it"),
    "parse_limit": mark("The page could not be read within the limits"),
    "read": mark("read"),
    "unchanged": mark("unchanged since the visit before"),
    "index": mark("read, a list of sitemaps"),
}
"""What the outcomes of a visit mean; the crawler documents them in `docs/crawling.md`."""
SOURCES = {
    "feed": mark("Feed: {what}"),
    "sitemap": mark("Sitemap: {what}"),
    "listing": mark("Listing: {what}"),
    "search": mark("Search: {what}"),
    "gdelt": mark("GDELT: {what}"),
}


def in_words(outcome: str) -> str:
    """An outcome in words: "feed:http_404" is "Feed: the site answered 404"."""
    kind, _, rest = outcome.partition(":")
    if kind in SOURCES:
        said = in_words(rest)
        return tr(SOURCES[kind], what=said[:1].lower() + said[1:])
    if outcome.startswith("http_"):
        return tr("The site answered {status}", status=outcome.removeprefix("http_"))
    known = OUTCOMES.get(outcome) or OUTCOMES.get(kind)
    return tr(known) if known else outcome.replace("_", " ")
