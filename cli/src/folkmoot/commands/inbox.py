"""`folkmoot inbox`: what a person was told."""

import json as json_
from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any

import httpx
import typer
from rich.text import Text

from folkmoot.options import AsPerson, InGroups, Json, OfCompany
from folkmoot.remote import RETRIED, Remote, RemoteError, Who
from folkmoot.terminal import Exit, err, plain_errors, print_json, print_text

PATIENCE = 60.0
"""Seconds for which the service may be away while somebody follows."""


def command(  # noqa: PLR0913  one parameter is one option
    *,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Keep showing what comes.")
    ] = False,
    unread: Annotated[
        bool, typer.Option("--unread", help="Only what was not read yet.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Entries to show.")] = 20,
    person: AsPerson = "guest",
    company: OfCompany = "north",
    group: InGroups = None,
    json: Json = False,
) -> None:
    """Show a person's notifications, newest first; with --follow, as they come."""
    show = print_json if json else _show
    with plain_errors():
        who = Who(person, company, tuple(group or ()))
        patience = PATIENCE if follow else 0.0
        remote = Remote.as_person("notification", who, patience=patience)
        params = {"limit": limit, "unread": str(unread).lower()}
        page = remote.call("GET", "/v1/inbox", params=params).json()
        entries = page["items"]
        for entry in reversed(entries) if follow else entries:
            show(entry)
        if not follow:
            if not entries:
                err().print("nothing yet", style="dim")
            return
        err().print("waiting for news; Ctrl-C ends it", style="dim")
        last = page["position"]
        try:
            for entry in _stream(remote, last):
                show(entry)
        except KeyboardInterrupt as error:
            raise typer.Exit(Exit.INTERRUPTED) from error


def _stream(remote: Remote, last: int | None) -> Iterator[dict[str, Any]]:
    """Yield what comes (server-sent events), reconnecting after the last seen."""
    while True:
        headers = {"accept": "text/event-stream"}
        if last is not None:
            headers["last-event-id"] = str(last)
        # The service restarts; its promise is that nothing is missed.
        with (
            suppress(httpx.TransportError),
            remote.client.stream(
                "GET", "/v1/inbox/stream", headers=headers, timeout=60
            ) as answer,
        ):
            if not answer.is_success and answer.status_code not in RETRIED:
                raise RemoteError(f"notification: HTTP {answer.status_code}")
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    last = int(line[4:])
                elif line.startswith("data: "):
                    yield json_.loads(line[6:])
        remote.call("GET", "/v1/inbox", params={"limit": 1})


def _show(entry: dict[str, Any]) -> None:
    mark = " " if entry.get("read") else "•"
    line = Text(f"{mark} ")
    line.append(entry["title"] or entry["kind"], style="bold")
    line.append(f"  {entry['author']['name']}", style="cyan")
    why = ", ".join(reason["expression"] or reason["kind"] for reason in entry["why"])
    line.append(f"  because: {why}", style="dim")
    print_text(line)
    print_text(Text(entry["snippet"]), indent=2)
