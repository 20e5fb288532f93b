"""Who may read and who may review, where the dashboard asks people to log in.

The access file, in YAML:

    readers:
      domains: [newsroom.example]
    reviewers:
      emails: [ann@newsroom.example]
      claims:
        groups: [earshot-reviewers]
    hours: 12

An account is what the login provider says of a person (the claims of an OpenID Connect ID
token). Nobody has a role who is not listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from analysis.errors import ConfigurationError
from analysis.yamlfile import read_file

Standing = Literal["reader", "reviewer", "expired", "unverified", "stranger"]
"""What an account may do, or why it may do nothing.

"unverified": the provider does not confirm who it is. "stranger": it is on no list.
"""
Account = Mapping[str, Any]
EMAIL = "email"
LONGEST_HOURS = 30 * 24
"""Streamlit's cookie lives for 30 days."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _domain(given: str) -> str:
    if "@" in given or "*" in given or "." not in given:
        raise ValueError("write a domain as it stands after the @, such as newsroom.example")
    return _folded(given)


def _email(given: str) -> str:
    if not all(given.rpartition("@")):
        raise ValueError("write a whole address, such as ann@newsroom.example")
    return _folded(given)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class People(_Section):
    """Those who have a role: by address, by the domain of it, or by a claim of the provider's."""

    emails: list[Annotated[_Text, AfterValidator(_email)]] = []
    domains: list[Annotated[_Text, AfterValidator(_domain)]] = []
    claims: dict[_Text, list[_Text]] = {}

    def include(self, account: Account) -> bool:
        """Whether an account is one of them."""
        email = verified_email(account)
        if email and (email in self.emails or email.rpartition("@")[2] in self.domains):
            return True
        return any(
            set(values) & set(_values(account.get(claim))) for claim, values in self.claims.items()
        )


class Policy(_Section):
    """The access file.

    Attributes:
        reviewers: they may read, too.
        hours: how long a login lasts.
        person: the claim that names a person in histories. Another one than "email" is for
            providers that do not say whether an address was verified.
    """

    readers: People = People()
    reviewers: People = People()
    hours: Annotated[float, Field(gt=0, le=LONGEST_HOURS)] = 12
    person: _Text = EMAIL

    def name(self, account: Account) -> str | None:
        """How histories name the person; None where the provider does not confirm it."""
        if self.person == EMAIL:
            return verified_email(account)
        name = account.get(self.person)
        return name if isinstance(name, str) and name.strip() else None

    def expires(self, account: Account) -> float:
        """When the login ends, in seconds since 1970; 0 for a token that does not say its age."""
        issued = account.get("iat")
        if isinstance(issued, bool) or not isinstance(issued, int | float):
            return 0.0
        return issued + self.hours * 3600

    def standing(self, account: Account, now: float) -> Standing:
        """What an account may do at a moment."""
        if now >= self.expires(account):
            return "expired"
        if self.name(account) is None or account.get("email_verified") in (False, "false"):
            return "unverified"
        if self.reviewers.include(account):
            return "reviewer"
        return "reader" if self.readers.include(account) else "stranger"


def load_policy(path: Path) -> Policy:
    """Reads the access file.

    Raises:
        ConfigurationError: it cannot be read, is not valid, or gives nobody a role.
    """
    file = read_file(path, path)
    try:
        policy = Policy.model_validate(file.content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise file.error(
            first["loc"], f"{_problem(first)}; docs/access.md has the format"
        ) from error
    if policy.readers == policy.reviewers == People():
        raise ConfigurationError(
            f"{path}: gives nobody a role; list emails, domains or claims under readers "
            "or reviewers"
        )
    return policy


def verified_email(account: Account) -> str | None:
    """The account's address in lower case, if the provider says that it was verified."""
    email = account.get(EMAIL)
    # Some providers write the truth value as text.
    if not isinstance(email, str) or account.get("email_verified") not in (True, "true"):
        return None
    return _folded(email) if all(email.rpartition("@")) else None


def _folded(text: str) -> str:
    """Lower case, for ASCII only: other alphabets have letters that become ASCII ones."""
    return text.lower() if text.isascii() else text


def _values(given: object) -> list[str]:
    values = given if isinstance(given, list | tuple) else [given]
    return [value for value in values if isinstance(value, str)]


def _problem(error: Any) -> str:
    known = {
        "extra_forbidden": "no such key",
        "model_type": "must be a mapping: lines of the form key: value",
        "dict_type": "must be a mapping: lines of the form key: value",
        "list_type": "must be a list: [a, b]",
        "string_type": "must be text; put numbers, yes and no in quotes",
        "string_too_short": "must not be empty",
    }
    message: str = error["msg"]
    return known.get(error["type"], message.removeprefix("Value error, "))
