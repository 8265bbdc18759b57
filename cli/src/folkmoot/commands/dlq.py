"""`folkmoot dlq`: look at dead letters, replay them, discard them."""

import asyncio
from typing import Annotated

import typer
from rich.text import Text

from folkmoot.commands.tail import describe
from folkmoot.dead_letters import DeadLetter, dead_letters, discard, replay
from folkmoot.local.ports import SERVICES
from folkmoot.options import Json
from folkmoot.remote import RemoteError
from folkmoot.terminal import err, out, plain_errors, print_json, print_text

app = typer.Typer(
    help="Dead letters: records that a service could not take.", no_args_is_help=True
)


def _known(service: str | None) -> str | None:
    if service is not None and service not in SERVICES:
        raise typer.BadParameter(f"{service!r} is none of {', '.join(SERVICES)}")
    return service


Service = Annotated[
    str | None, typer.Option(help="Only those of this service.", callback=_known)
]
Reason = Annotated[str | None, typer.Option(help="Only those with this reason.")]
Ids = Annotated[
    list[str] | None, typer.Argument(help="As `list` prints them: TOPIC/PARTITION/N.")
]
All = Annotated[bool, typer.Option("--all", help="All that are open.")]


@app.command("list")
def list_(
    *,
    service: Service = None,
    reason: Reason = None,
    decided: Annotated[
        bool,
        typer.Option("--decided", help="Also those that were replayed or discarded."),
    ] = False,
    json: Json = False,
) -> None:
    """List the dead letters that nobody has decided about."""
    with plain_errors():
        letters = [
            letter
            for letter in asyncio.run(dead_letters())
            if (decided or not letter.decision) and _fits(letter, service, reason)
        ]
    if json:
        for letter in letters:
            print_json(letter.summary())
        return
    for letter in letters:
        _show(letter)
    err().print(f"{len(letters)} dead letters", style="dim")


def _show(letter: DeadLetter) -> None:
    """Print the id on a line of its own, so that it is whole on any terminal."""
    told = letter.summary()
    line = Text(told["id"], style="bold")
    line.append(f"  {told['reason']}", style="yellow")
    line.append(f"  {letter.decision or 'open'}", style="dim")
    out().print(line)
    about = f"{told['at'][:19]}  {told['type'] or '(no type)'}  {told['error']}"
    print_text(Text(about, style="dim"), indent=2)


@app.command()
def show(id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Print one dead letter whole, as JSON: headers, value, and why it is here."""
    with plain_errors():
        letter = _chosen(asyncio.run(dead_letters()), [id_])[0]
    print_json({**letter.summary(), "record": describe(letter.record)})


@app.command("replay")
def replay_(
    ids: Ids = None,
    *,
    every: All = False,
    service: Service = None,
    reason: Reason = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also those that were replayed before.")
    ] = False,
    json: Json = False,
) -> None:
    """Put dead letters back into their topic; each takes effect once at most."""
    with plain_errors():
        letters = _selected(ids, service, reason, every=every, again=again)
        done = asyncio.run(replay(letters))
    for decision in done:
        if json:
            print_json(decision.model_dump(mode="json"))
        else:
            out().print(
                f"{decision.dead_letter_id} → {decision.replayed_to}", markup=False
            )


@app.command("discard")
def discard_(
    ids: Ids = None,
    *,
    because: Annotated[str, typer.Option(help="Why; it is kept.")],
    every: All = False,
    service: Service = None,
    reason: Reason = None,
    json: Json = False,
) -> None:
    """Give dead letters up; they stay in their topic, marked as discarded."""
    with plain_errors():
        letters = _selected(ids, service, reason, every=every)
        asyncio.run(discard(letters, because))
    if json:
        print_json({"discarded": [letter.id for letter in letters]})
    else:
        out().print(f"{len(letters)} discarded")


def _selected(
    ids: list[str] | None,
    service: str | None,
    reason: str | None,
    *,
    every: bool,
    again: bool = False,
) -> list[DeadLetter]:
    if not (ids or every or service or reason):
        raise typer.BadParameter("name dead letters, or --all, --service or --reason")
    letters = asyncio.run(dead_letters())
    if ids:
        letters = _chosen(letters, ids)
        decided = [letter.id for letter in letters if letter.decision]
        if decided and not again:
            raise RemoteError(f"decided already: {', '.join(decided)}")
        return letters
    letters = [
        letter
        for letter in letters
        if (again or not letter.decision) and _fits(letter, service, reason)
    ]
    if not letters:
        err().print("no such dead letter is open", style="dim")
    return letters


def _chosen(letters: list[DeadLetter], ids: list[str]) -> list[DeadLetter]:
    known = {letter.id: letter for letter in letters}
    missing = [id_ for id_ in ids if id_ not in known]
    if missing:
        raise RemoteError(f"no such dead letter: {', '.join(missing)}")
    return [known[id_] for id_ in ids]


def _fits(letter: DeadLetter, service: str | None, reason: str | None) -> bool:
    told = letter.summary()
    return (service is None or told["service"] == service) and (
        reason is None or told["reason"] == reason
    )
