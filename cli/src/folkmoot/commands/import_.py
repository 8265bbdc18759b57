"""`folkmoot import`: an archive of conversations, into ingest."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.visibility import visibility as allowed
from folkmoot_ingest.gateways.archives import (
    KINDS,
    Entry,
    Rejected,
    preview,
    read_archive,
)
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from folkmoot.importing import Checkpoint, Tally, Target, fingerprint, send_archive
from folkmoot.local.errors import LocalError
from folkmoot.local.home import Home
from folkmoot.options import Json
from folkmoot.remote import Remote, api_key_of
from folkmoot.terminal import Exit, err, out, plain_errors, print_json

PATIENCE = 120.0
"""Seconds for which ingest may be away before an import gives up."""
LINE = 120
"""Characters of an item that a dry run shows to a person."""


class NothingFoundError(LocalError):
    """An archive holds nothing, not even anything wrong."""

    def __init__(self, kind: str, path: str) -> None:
        where = "standard input" if path == "-" else path
        super().__init__(f"nothing to import: {where} holds no messages of {kind}")


def command(  # noqa: PLR0913  one parameter is one option
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(sorted(KINDS))}.")],
    path: Annotated[str, typer.Argument(help="A file, a folder, a zip, or -.")],
    *,
    company: Annotated[
        str, typer.Option(help="The company that the archive belongs to.")
    ] = "north",
    source: Annotated[
        str | None,
        typer.Option(
            help="Id of the source. Default: KIND-NAME of the path, or its NAME alone "
            "where that begins with the kind."
        ),
    ] = None,
    visibility: Annotated[
        list[str] | None,
        typer.Option(
            help="Who may read: everyone, company:ID, group:COMPANY/NAME, person:ID. "
            "Default: the company."
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Print what would be captured; touch no service."
        ),
    ] = False,
    json: Json = False,
) -> None:
    """Import an archive; the same archive twice adds nothing.

    A killed import goes on where it was. What cannot be taken is told on standard
    error. The exit status is 1 if nothing at all was found or could be taken, or if
    a file could not be read; what is wrong within files does not change it.
    """
    _require_archive(kind, path)
    _require_allowed(company, visibility)
    source = source or default_source(kind, path)
    entries = read_archive(kind, path)
    with plain_errors():
        if dry_run:
            _judge(_preview(entries, company, source, json=json), kind, path)
            return
        remote = Remote("ingest", api_key_of(company), patience=PATIENCE)
        target = Target(source, tuple(visibility) if visibility else None)
        name = f"{kind}\n{company}\n{target}"
        checkpoint = None if path == "-" else _checkpoint(name, path)
        tally = _send(entries, remote, target, checkpoint)
        _report(tally, json=json)
        _judge(tally, kind, path)


def _require_archive(kind: str, path: str) -> None:
    """Raise BadParameter for what no reader can be asked for."""
    if kind not in KINDS:
        known = ", ".join(sorted(KINDS))
        raise typer.BadParameter(f"{kind!r} is no kind of archive; known: {known}")
    if path != "-" and not Path(path).exists():
        raise typer.BadParameter(f"{path} does not exist")


def _require_allowed(company: str, told: list[str] | None) -> None:
    """Raise BadParameter once for what ingest would refuse of every item."""
    try:
        allowed(company, told)
    except Refused as error:
        raise typer.BadParameter(f"--visibility: {error.detail}") from error


def default_source(kind: str, path: str) -> str:
    """Name a source by the kind and the name of what is imported, the kind once."""
    name = "stdin" if path == "-" else Path(path).resolve().stem
    named = re.match(rf"{kind}(?![a-z0-9])", name, re.IGNORECASE)
    return name if named else f"{kind}-{name}"


def _checkpoint(name: str, path: str) -> Checkpoint:
    folder = Home.default().folder / "imports"
    return Checkpoint(folder, f"{name}\n{fingerprint(path)}")


def _send(
    entries: Iterable[Entry],
    remote: Remote,
    target: Target,
    checkpoint: Checkpoint | None,
) -> Tally:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(
        *columns, console=err(), transient=True, disable=not err().is_terminal
    ) as progress:
        task = progress.add_task("reading", total=None)

        def tell(tally: Tally) -> None:
            progress.update(task, description=_summary(tally))

        return send_archive(
            entries, remote, target=target, checkpoint=checkpoint, tell=tell
        )


def _summary(tally: Tally) -> str:
    outcomes = ", ".join(f"{n} {name}" for name, n in sorted(tally.outcomes.items()))
    parts = [f"{tally.read} read", outcomes, f"{len(tally.rejected)} rejected"]
    if tally.resumed:
        parts.append(f"{tally.resumed} were done before")
    return "; ".join(filter(None, parts))


def _report(tally: Tally, *, json: bool) -> None:
    for refusal in tally.rejected:
        _complain(**refusal)
    if json:
        print_json(
            {
                "read": tally.read,
                "resumed": tally.resumed,
                "outcomes": tally.outcomes,
                "rejected": len(tally.rejected),
            }
        )
    else:
        out().print(_summary(tally), markup=False)


def _judge(tally: Tally, kind: str, path: str) -> None:
    """Fail if nothing was found or taken, or if a file could not be read."""
    if not tally.read:
        raise NothingFoundError(kind, path)
    if tally.unread or not (tally.outcomes or tally.resumed):
        raise typer.Exit(Exit.FAILED)


def _complain(input: str, location: str, reason: str) -> None:  # noqa: A002  its name
    line = f"{input}: {location}: {reason}"
    err().print(line, style="yellow", markup=False)


def _preview(
    entries: Iterable[Entry], company: str, source: str, *, json: bool
) -> Tally:
    now = datetime.now(UTC)
    tally = Tally()
    for entry in entries:
        tally.read += 1
        shown = (
            entry
            if isinstance(entry, Rejected)
            else preview(entry, company=company, source=source, now=now)
        )
        if isinstance(shown, Rejected):
            tally.refuse(shown)
            _complain(**tally.rejected[-1])
            continue
        tally.note("captured")
        if json:
            print_json(shown)
        else:
            said = shown["title"] or shown["text"]
            about = f"{shown['published'][:10]}  {shown['author']['name']}: {said}"
            out().print(about.partition("\n")[0][:LINE], markup=False)
    if not json:
        good, bad = tally.outcomes.get("captured", 0), len(tally.rejected)
        err().print(f"{good} would be captured; {bad} rejected", style="dim")
    return tally
