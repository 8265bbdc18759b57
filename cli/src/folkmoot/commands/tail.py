"""`folkmoot tail`: watch a topic."""

import asyncio
import json as json_
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from difflib import get_close_matches
from typing import Annotated, Any

import typer
from rich.text import Text

from folkmoot.options import Json
from folkmoot.streams import follow
from folkmoot.terminal import Exit, err, out, plain_errors, print_json


def command(
    topic: Annotated[str, typer.Argument(help="Such as folkmoot.items.v1.")],
    *,
    from_beginning: Annotated[
        bool,
        typer.Option("--from-beginning", help="Show what is there before what comes."),
    ] = False,
    count: Annotated[
        int | None, typer.Option("-n", "--count", min=1, help="Stop after so many.")
    ] = None,
    json: Json = False,
) -> None:
    """Print the records of a topic as they come, until Ctrl-C."""
    with plain_errors():
        try:
            asyncio.run(_run(topic, count, from_beginning=from_beginning, json=json))
        except KeyboardInterrupt as error:
            raise typer.Exit(Exit.INTERRUPTED) from error


async def _run(
    topic: str, count: int | None, *, from_beginning: bool, json: bool
) -> None:
    def missing(known: Collection[str]) -> None:
        err().print(waiting_for(topic, known), style="dim", markup=False)

    def away() -> None:
        err().print("Kafka does not answer, waiting for it", style="dim")

    records = follow(topic, from_beginning=from_beginning, missing=missing, away=away)
    await show_records(records, count, json=json)


async def show_records(
    records: AsyncGenerator[Any], count: int | None, *, json: bool
) -> None:
    """Print so many records, all where no number is given, and close their source."""
    seen = 0
    async with aclosing(records):
        async for record in records:
            shown = describe(record)
            if json:
                print_json(shown)
            else:
                _show(shown)
            seen += 1
            if seen == count:
                return


def waiting_for(topic: str, known: Collection[str]) -> str:
    """Say that there is no such topic yet, and which ones there are."""
    ours = sorted(name for name in known if not name.startswith("__"))
    said = f"no topic {topic} yet, waiting for it"
    near = ", ".join(get_close_matches(topic, ours))
    if near:
        return f"{said}; did you mean {near}?"
    return f"{said}; there are {', '.join(ours) or 'none'}"


def describe(record: Any) -> dict[str, Any]:  # noqa: ANN401  aiokafka is untyped
    """Return a record in a shape that can be read, whatever its bytes are."""
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": _text(record.key),
        "headers": {name: _text(value) for name, value in record.headers},
        "value": _value(record.value),
    }


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "backslashreplace")


def _value(raw: bytes | None) -> object:
    if raw is None:
        return None
    try:
        return json_.loads(raw)
    except (ValueError, RecursionError):
        return _text(raw)


def _show(shown: dict[str, Any]) -> None:
    headers = shown["headers"]
    line = Text(f"{shown['partition']}/{shown['offset']} ", style="dim")
    line.append(headers.get("ce_time", "")[11:23] + " ", style="dim")
    line.append(headers.get("ce_type") or "(no type)", style="bold")
    line.append(f" {shown['key']}", style="cyan")
    line.append(f" trace {(headers.get('traceparent') or '')[3:35]}", style="dim")
    out().print(line)
