"""`folkmoot doctor`: look whether all is well, and say what is not."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import asdict

import typer

from folkmoot.dead_letters import dead_letters
from folkmoot.local.checks import Finding, examine, examine_services, worst
from folkmoot.local.errors import LocalError
from folkmoot.local.home import Home
from folkmoot.local.ports import SERVICES
from folkmoot.options import Json, OtherPorts, ports_of
from folkmoot.remote import named_url
from folkmoot.streams import BOOTSTRAP
from folkmoot.terminal import Exit, out, print_json

MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]"}


def command(port: OtherPorts = None, json: Json = False) -> None:
    """Look at Python, disk, mongod, Kafka, ports, services, lag and dead letters.

    Where the environment names services (FOLKMOOT_INGEST_URL and the like), at those
    alone, and at the dead letters of FOLKMOOT_KAFKA_BOOTSTRAP.
    Kafka is started to tell its version, and so Java with it. Exits with 1 if something
    has failed; that nothing runs, much lag and open dead letters are warnings.
    """
    findings: list[Finding] = []
    for finding in _findings(Home.default(), ports_of(port)):
        findings.append(finding)
        if not json:
            out().print(f"{MARKS[finding.state]} {finding.name}:", end=" ")
            out().print(finding.detail, markup=False)
    state = worst(findings)
    if json:
        print_json({"state": state, "findings": [asdict(one) for one in findings]})
    raise typer.Exit(Exit.FAILED if state == "failed" else Exit.DONE)


def _findings(home: Home, ports: dict[str, int]) -> Iterator[Finding]:
    elsewhere = {name: url for name in SERVICES if (url := named_url(name))}
    if elsewhere:
        yield from examine_services(elsewhere)
    else:
        yield from examine(home, ports)
    if BOOTSTRAP in os.environ or (not elsewhere and home.running()):
        yield _dead_letters()


def _dead_letters() -> Finding:
    try:
        letters = asyncio.run(dead_letters())
    except LocalError as error:
        return Finding("dead letters", "failed", str(error))
    return judge_dead_letters(sum(not letter.decision for letter in letters))


def judge_dead_letters(count: int) -> Finding:
    """Say how many wait for a decision: any is a warning, for the services go on."""
    if count:
        told = f"{count} open: see `folkmoot dlq list`"
        return Finding("dead letters", "warning", told)
    return Finding("dead letters", "ok", "none open")
