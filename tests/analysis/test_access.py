from pathlib import Path
from typing import Any

import pytest

from analysis.access import load_policy
from analysis.errors import ConfigurationError

NOW = 1_700_000_000.0
FILE = """
readers:
  domains: [newsroom.example, desk.example]
  claims: {groups: [earshot-readers]}
reviewers:
  emails: [ann@newsroom.example]
  claims: {groups: [earshot-reviewers]}
"""


def account(email: str | None = "ben@newsroom.example", **claims: Any) -> dict[str, Any]:
    return {"iat": NOW - 60, "email": email, "email_verified": True, **claims}


def written(folder: Path, content: str) -> Path:
    path = folder / "access.yml"
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("claims", "standing"),
    [
        (account(), "reader"),
        (account("Ann@Newsroom.example"), "reviewer"),
        (account("ann@newsroom.example.evil.example"), "stranger"),
        (account("ann@newsroom.example@evil.example"), "stranger"),
        (account("newsroom.example"), "unverified"),
        (account("@newsroom.example"), "unverified"),
        (account("eve@evil-newsroom.example"), "stranger"),
        (account("eve@sub.newsroom.example"), "stranger"),
        (account("eve@evil.example", groups="earshot-readers"), "reader"),
        (account("eve@evil.example", groups=["x", "earshot-reviewers"]), "reviewer"),
        (account("eve@evil.example", groups=["earshot-reviewers-not"]), "stranger"),
        (account("eve@evil.example", groups={"earshot-reviewers": True}), "stranger"),
        (account(email_verified="true"), "reader"),
        (account(email_verified=False), "unverified"),
        (account(email_verified="false"), "unverified"),
        (account(email_verified=None), "unverified"),
        (account(None), "unverified"),
        (account(None, groups=["earshot-reviewers"]), "unverified"),
        (account(email_verified=False, groups=["earshot-reviewers"]), "unverified"),
        # A Kelvin sign, which `str.lower` makes the letter k.
        (account("eve@des\N{KELVIN SIGN}.example"), "stranger"),
        (account(iat=NOW - 12 * 3600), "expired"),
        (account(iat=NOW - 12 * 3600 + 1), "reader"),
        (account(iat=None), "expired"),
        (account(iat=True), "expired"),
        (account(iat="1700000000"), "expired"),
        ({}, "expired"),
    ],
)
def test_an_account_has_the_role_that_the_file_gives_it(
    tmp_path: Path, claims: dict[str, Any], standing: str
) -> None:
    assert load_policy(written(tmp_path, FILE)).standing(claims, NOW) == standing


def test_another_claim_may_name_a_person_whose_address_is_not_said_to_be_verified(
    tmp_path: Path,
) -> None:
    policy = load_policy(written(tmp_path, f"{FILE}person: preferred_username\n"))
    known = {"iat": NOW, "preferred_username": "ben", "groups": ["earshot-readers"]}
    assert policy.standing(known, NOW) == "reader"
    assert policy.name(known) == "ben"
    unconfirmed = {**known, "groups": [], "email": "ann@newsroom.example"}
    assert policy.standing(unconfirmed, NOW) == "stranger"
    assert policy.standing({**known, "preferred_username": " "}, NOW) == "unverified"
    assert policy.standing({**known, "email_verified": False}, NOW) == "unverified"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("readers: {}\n", "gives nobody a role"),
        ("", "must be a mapping"),
        ("readers: [ann@newsroom.example]\n", "line 1: readers: must be a mapping"),
        ("readers:\n  domains: newsroom.example\n", "line 2: readers.domains: must be a list"),
        ("readers:\n  domains: ['*']\n", "such as newsroom.example"),
        ("readers:\n  domains: ['@newsroom.example']\n", "such as newsroom.example"),
        ("readers:\n  emails: [newsroom.example]\n", "such as ann@newsroom.example"),
        ("readers:\n  emails: [1]\n", "must be text"),
        ("readers:\n  email: [a@b.example]\n", "line 2: readers.email: no such key"),
        ("reviewers:\n  claims: {groups: x}\n", "reviewers.claims.groups: must be a list"),
        (f"{FILE}hours: 0\n", "greater than 0"),
        (f"{FILE}hours: 1000\n", "less than or equal to 720"),
        (f"{FILE}hours: 1\nhours: 2\n", "stands twice"),
    ],
)
def test_a_file_that_is_not_valid_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ConfigurationError) as caught:
        load_policy(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"access\.yml: cannot be read"):
        load_policy(tmp_path / "access.yml")
