"""Scrapy's settings for a polite crawl.

What depends on the outlets (user agent, delays) is set by the spider, see
`crawler.spiders.news`.
"""

from __future__ import annotations

BOT_NAME = "earshot"
SPIDER_MODULES = ["crawler.spiders"]

ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "Earshot"
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
DOWNLOAD_DELAY = 2.0
# A crawler that gives its name need not look irregular.
DOWNLOAD_DELAY_JITTER = 0.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# Across outlets. Those that wait for their turn count, and must not hold up the others.
CONCURRENT_REQUESTS = 128
SCHEDULER_PRIORITY_QUEUE = "crawler.queue.HostQueue"
# Requests that an outlet gets in a day, unless its entry says otherwise.
DAILY_BUDGET = 10_000
# Seconds; and times in a row. See crawler/backoff.py.
BACKOFF_FIRST_WAIT = 10.0
BACKOFF_MAX_WAIT = 300.0
BACKOFF_GIVE_UP = 5
REFUSALS_GIVE_UP = 20
# Of one answer. Scrapy starts as many tasks for each answer, 100 by default; a page gives one item.
CONCURRENT_ITEMS = 4
# In the order of the feed, which is the newest first; Scrapy's own queue turns it round.
SCHEDULER_MEMORY_QUEUE = "scrapy.squeues.FifoMemoryQueue"
# Seconds for a page from connecting to its last byte, however steadily it trickles.
DOWNLOAD_TIMEOUT = 30
RETRY_TIMES = 1
# After the wait that the host asks for, see crawler/backoff.py.
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408, 429]
RETRY_GIVE_UP_LOG_LEVEL = "WARNING"
REDIRECT_MAX_TIMES = 5
METAREFRESH_ENABLED = False
COOKIES_ENABLED = False
DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9"}
# The spider asks for no address twice; this filter would drop redirects to a known one unseen.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"

# Bytes, also of what is decompressed. Everything larger is counted as too_large.
DOWNLOAD_MAXSIZE = 10 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
# Processor time, and memory of the process that reads pages. See crawler/confined.py.
PARSE_SECONDS = 10.0
PARSE_MEGABYTES = 700
DOWNLOAD_VERIFY_CERTIFICATES = True
# Behind a proxy the address that is really asked cannot be checked.
HTTPPROXY_ENABLED = False
DOWNLOAD_HANDLERS = {
    "http": "crawler.transport.BoundedDownloadHandler",
    "https": "crawler.transport.BoundedDownloadHandler",
    **dict.fromkeys(("file", "ftp", "s3", "data")),
}
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# The spider counts every status.
HTTPERROR_ALLOW_ALL = True
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.safety.ScopeMiddleware": 50,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.politeness.RobotsMiddleware": 100,
    # Nearer to the network than the retries, which a refused address must not get.
    "crawler.safety.AddressMiddleware": 560,
    "crawler.backoff.BackOffMiddleware": 570,
    # The last before the network that may refuse: what it counts is made.
    "crawler.budget.BudgetMiddleware": 580,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.compression.CompressionMiddleware": 590,
    # Nearest to the network, where bodies are as they were sent.
    "crawler.archive.exchange.ExchangeMiddleware": 950,
}
ITEM_PIPELINES = {
    "crawler.pipelines.ParsePipeline": 100,
    "crawler.pipelines.RelevancePipeline": 200,
    "crawler.pipelines.StorePipeline": 300,
}
EXTENSIONS = {
    "scrapy.extensions.throttle.AutoThrottle": None,
    "crawler.politeness.OutletThrottle": 0,
    "crawler.reporting.progress.CrawlProgress": 0,
    "crawler.reporting.measures.Measures": 0,
    "crawler.reporting.extension.EndReport": 0,
}

LOG_LEVEL = "WARNING"
STATS_DUMP = False
LOGSTATS_INTERVAL = 0
