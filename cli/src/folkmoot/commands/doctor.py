"""`folkmoot doctor`: look whether all is well, and say what is not."""

from dataclasses import asdict

import typer

from folkmoot.local.checks import Finding, examine, worst
from folkmoot.local.home import Home
from folkmoot.options import Json, OtherPorts, ports_of
from folkmoot.terminal import Exit, out, print_json

MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failed": "[red]✗[/]"}


def command(port: OtherPorts = None, json: Json = False) -> None:
    """Look at Python, disk, mongod, Kafka, ports, services, lag and dead letters.

    Kafka is started to tell its version, and so Java with it. Exits with 1 if something
    has failed; that nothing runs, much lag and open dead letters are warnings.
    """
    findings: list[Finding] = []
    for finding in examine(Home.default(), ports_of(port)):
        findings.append(finding)
        if not json:
            out().print(f"{MARKS[finding.state]} {finding.name}:", end=" ")
            out().print(finding.detail, markup=False)
    state = worst(findings)
    if json:
        print_json({"state": state, "findings": [asdict(one) for one in findings]})
    raise typer.Exit(Exit.FAILED if state == "failed" else Exit.DONE)
