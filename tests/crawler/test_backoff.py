from datetime import UTC, datetime

import pytest

from crawler.backoff import retry_after

NOW = datetime(2024, 5, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 500, 999_999_999_999),
        ("Thu, 02 May 2024 08:02:00 GMT", 120),
        ("Thu, 02 May 2024 10:02:00 +0200", 120),
        ("Thursday, 02-May-24 08:02:00 GMT", 120),
        ("Thu, 02 May 2024 07:00:00 GMT", 0),
        ("Thu, 99 May 2024 07:00:00 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value, expected):
    assert retry_after(value, NOW) == expected
