"""The services' HTTP APIs, as a person at a terminal reaches them."""

import os
import time
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from folkmoot.local.errors import LocalError
from folkmoot.local.home import Home
from folkmoot.local.keys import Person

RETRIED = frozenset({408, 425, 429, 502, 503, 504})
TOKEN_SECONDS = 3600


class RemoteError(LocalError):
    """A service refused or could not be reached; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Who:
    """On whose behalf a person's API is called."""

    person: str
    company: str
    groups: tuple[str, ...] = ()


def url_of(service: str) -> str:
    """Return a service's base URL: FOLKMOOT_<SERVICE>_URL, or that of `folkmoot up`."""
    return named_url(service) or (
        Home.default().require_running(_url_variable(service)).url(service)
    )


def named_url(service: str) -> str | None:
    """Return the base URL that the environment names for a service."""
    return os.environ.get(_url_variable(service))


def _url_variable(service: str) -> str:
    return f"FOLKMOOT_{service.upper().replace('-', '_')}_URL"


def token_of(who: Who) -> str:
    """Return FOLKMOOT_TOKEN, or a token that this machine's own key signs."""
    given = os.environ.get("FOLKMOOT_TOKEN")
    if given:
        return given
    person = Person(who.person, who.company, who.person, who.groups, ())
    return signed(Home.default(), person, or_else="set FOLKMOOT_TOKEN, or ")


def signed(home: Home, person: Person, *, or_else: str = "") -> str:
    """Return a token that a home's own key signs.

    Raises RemoteError where there is no key: a new one would be trusted by nobody.
    """
    if not home.keys.exist():
        raise RemoteError(
            f"no key in {home.folder} to sign a token with: {or_else}"
            "start `folkmoot up`"
        )
    return home.keys.token(person, seconds=TOKEN_SECONDS)


def api_key_of(company: str) -> str:
    """Return FOLKMOOT_API_KEY, or the key that `folkmoot up` made for a company."""
    given = os.environ.get("FOLKMOOT_API_KEY")
    if given:
        return given
    keys = Home.default().credentials.api_keys
    if company not in keys:
        known = ", ".join(keys) or "none"
        raise RemoteError(
            f"no API key for company {company!r}: set FOLKMOOT_API_KEY, or "
            f"`folkmoot up --company {company}` (companies with a key here: {known})"
        )
    return keys[company]


class Remote:
    """One service, called with one credential."""

    def __init__(self, service: str, credential: str, *, patience: float = 0.0) -> None:
        """`patience`: seconds for which an unreachable service is tried again."""
        self._service = service
        self._patience = patience
        self.client = httpx.Client(
            base_url=url_of(service),
            headers={"authorization": f"Bearer {credential}"},
            timeout=30,
            trust_env=False,
        )

    @classmethod
    def as_person(cls, service: str, who: Who, *, patience: float = 0.0) -> "Remote":
        """Return a service, called on a person's behalf."""
        url_of(service)  # that nothing runs here is to be told before a missing key is
        return cls(service, token_of(who), patience=patience)

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        accept: Container[int] = (),
        **body: Any,  # noqa: ANN401  httpx's own: json, content, headers
    ) -> httpx.Response:
        """Return a good answer, or one whose status the caller accepts.

        Raises RemoteError with the problem of any other.
        """
        answer = self._persist(
            lambda: self.client.request(method, path, params=params, **body)
        )
        if answer.is_success or answer.status_code in accept:
            return answer
        raise RemoteError(f"{self._service}: {_problem(answer)}")

    def _persist(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        deadline = time.monotonic() + self._patience
        wait = 0.2
        while True:
            try:
                answer = send()
            except httpx.TransportError as error:
                reason = f"{self._service} cannot be reached: {type(error).__name__}"
                if time.monotonic() > deadline:
                    raise RemoteError(reason) from error
            else:
                if answer.status_code not in RETRIED or time.monotonic() > deadline:
                    return answer
            time.sleep(wait)
            wait = min(wait * 2, 3.0)


def _problem(answer: httpx.Response) -> str:
    """Return what a problem document says, with the excerpt of a query, if any."""
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    said = ": ".join(filter(None, (body.get("title"), body.get("detail"))))
    excerpt = body.get("excerpt")
    return f"{said or answer.status_code}" + (f"\n{excerpt}" if excerpt else "")
