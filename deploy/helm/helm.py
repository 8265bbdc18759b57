"""Helm, found on this machine or built with Go once, and what the chart says by it."""

import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

HELM = "v3.22.0"
CHART = Path(__file__).parent / "folkmoot"
SETS = CHART / "ci"
RELEASE = "folkmoot"

Manifest = dict[str, Any]


class NoHelmError(Exception):
    """There is no Helm, and no Go to build it with."""

    def __init__(self) -> None:
        super().__init__(
            "Helm is not installed, and neither is Go, which would build it"
        )


class RefusedError(Exception):
    """Helm refuses the chart or its values; the message is what it says."""


class Once(yaml.CSafeLoader):
    """Takes no name twice in a mapping: Kubernetes would take either."""

    @override
    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping; raises where a name comes again."""
        names = [name.value for name, _ in node.value]
        again = {name for name in names if names.count(name) > 1}
        if again:
            raise RefusedError(f"{again} come twice: {node.start_mark}")
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return made


def found() -> str | None:
    """Return the path of Helm, if there is one."""
    given = os.environ.get("HELM") or shutil.which("helm")
    return given or (str(_built()) if _built().exists() else None)


def helm() -> str:
    """Return the path of Helm; it is built where there is none, in a few minutes.

    Raises NoHelmError where that cannot be.
    """
    there = found()
    if there:
        return there
    go = shutil.which("go")
    if not go:
        raise NoHelmError
    folder = _built().parent / "new"
    subprocess.run(  # noqa: S603  our own command line
        [go, "install", f"helm.sh/helm/{HELM.partition('.')[0]}/cmd/helm@{HELM}"],
        env={**os.environ, "GOBIN": str(folder)},
        check=True,
    )
    (folder / "helm").replace(_built())
    return str(_built())


def lint(values: Path) -> None:
    """Let Helm look for what is bad style. Raises RefusedError."""
    _said("lint", "--strict", str(CHART), "--values", str(values))


def render(
    *values: Path, settings: Iterable[str] = (), kubernetes: str = "1.32.0"
) -> list[Manifest]:
    """Return the objects that some values make; `settings` are `name=JSON`.

    Raises RefusedError with Helm's words.
    """
    command = ["template", RELEASE, str(CHART), "--kube-version", kubernetes]
    for file in values:
        command += ["--values", str(file)]
    for setting in settings:
        command += ["--set-json", setting]
    text = _said(*command, "--namespace", "people")
    loaded = yaml.load_all(text, Loader=Once)
    return [manifest for manifest in loaded if manifest]


def value_sets() -> list[Path]:
    """Return the files of values that the chart is tried with."""
    return sorted(SETS.glob("*-values.yaml"))


def _built() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "folkmoot" / f"helm-{HELM}"


def _said(*arguments: str) -> str:
    done = subprocess.run(  # noqa: S603  our own command line
        [helm(), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RefusedError((done.stdout + done.stderr).strip())
    return done.stdout
