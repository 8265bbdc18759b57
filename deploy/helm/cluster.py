"""A namespace of a Kubernetes cluster, and Folkmoot installed into it to be tried."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from folkmoot.deployment import SecretFolders
from folkmoot.local.ports import SERVICES
from folkmoot.local.stack import COMPANIES

from deploy.helm.helm import CHART, RELEASE, SETS, helm

ROOT = Path(__file__).parents[2]
VOCABULARY = ROOT / "cli/src/folkmoot/demo/vocabulary.ttl"
TRY = SETS / "try-values.yaml"
HOME = f"{RELEASE}-home"
CLI = "folkmoot/cli:0.1.0"
PORT = 8100
READY_SECONDS = 300
RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")
}


class ClusterError(Exception):
    """The cluster refuses or does not answer; the message is what it says."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """One namespace of whatever cluster KUBECONFIG names."""

    namespace: str

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """Run kubectl and return what it says. Raises ClusterError."""
        command = ["kubectl", "--namespace", self.namespace, *arguments]
        return _said(command, given)

    def helm(self, *arguments: str) -> str:
        """Run Helm and return what it says. Raises ClusterError."""
        return _said([helm(), "--namespace", self.namespace, *arguments])

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """Bring objects about."""
        listed = {"apiVersion": "v1", "kind": "List", "items": manifests}
        self.kubectl("apply", "--filename=-", given=json.dumps(listed))

    def read(self, *what: str) -> dict[str, Any]:
        """Return an object, or a list of them."""
        found: dict[str, Any] = json.loads(self.kubectl("get", "-o", "json", *what))
        return found

    def has(self, kind: str, name: str) -> bool:
        """Tell whether there is an object."""
        return bool(self.kubectl("get", kind, name, "--ignore-not-found", "-o", "name"))

    def prepare(self) -> None:
        """Make the namespace, secrets and vocabulary, where they lack.

        Every pod of the namespace has to pass Pod Security `restricted`.
        """
        labels = {"apiVersion": "v1", "kind": "Namespace"} | {
            "metadata": {"name": self.namespace, "labels": RESTRICTED}
        }
        self.apply(labels)
        if not self.has("secret", HOME):
            self._make_secrets()
        words = {"vocabulary.ttl": VOCABULARY.read_text()}
        name = {"name": f"{RELEASE}-vocabulary"}
        self.apply(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": name, "data": words}
        )

    def install(self, *settings: str, values: Iterable[Path] = (TRY,)) -> float:
        """Install or upgrade the chart, wait until all is ready, return the seconds."""
        began = time.monotonic()
        files = [f"--values={file}" for file in values]
        wait = ["--wait", f"--timeout={READY_SECONDS}s"]
        chosen = [f"--set={setting}" for setting in settings]
        chart = [RELEASE, str(CHART)]
        self.helm("upgrade", "--install", *chart, *files, *chosen, *wait)
        return time.monotonic() - began

    def _make_secrets(self) -> None:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            SecretFolders(folder).ensure(f"{RELEASE}-mongo:27017", COMPANIES)
            readers = ["mongo", "setup", *SERVICES]
            for reader in readers:
                self._make_secret(f"{RELEASE}-{reader}", [folder / reader])
            # Last, for it tells the next run that all of them are there.
            self._make_secret(HOME, [folder / "home", folder / "home/keys"])

    def _make_secret(self, name: str, folders: Iterable[Path]) -> None:
        files = [f"--from-file={folder}" for folder in folders]
        dry = ("--dry-run=client", "-o", "json")
        self.apply(
            json.loads(self.kubectl("create", "secret", "generic", name, *files, *dry))
        )


def require_cluster() -> None:
    """Raise ClusterError, with what to do, unless a cluster can be talked to."""
    if not shutil.which("kubectl"):
        raise ClusterError("kubectl is not installed")
    if not os.environ.get("KUBECONFIG") and not (Path.home() / ".kube/config").exists():
        raise ClusterError("set KUBECONFIG to the file that names your cluster")
    _said(["kubectl", "version", "--request-timeout=10s"])


def walk(cluster: Cluster) -> str:
    """Lead through Folkmoot from inside the cluster; return the report's JSON."""
    name = f"{RELEASE}-walk"
    cluster.kubectl("delete", "pod", name, "--ignore-not-found")
    cluster.apply(cli_pod(name, {"args": ["walk", "--json"]}, {}))
    return outcome(cluster, name)


def outcome(cluster: Cluster, pod: str, seconds: float = READY_SECONDS) -> str:
    """Wait until a pod has ended, print what it said, and return its last line.

    Raises ClusterError where it failed, or has not ended in time.
    """
    deadline = time.monotonic() + seconds
    while (phase := _phase(cluster, pod)) not in {"Succeeded", "Failed"}:
        if time.monotonic() > deadline:
            raise ClusterError(f"{pod} is {phase} after {seconds:g} s")
        time.sleep(1)
    told, _, last = cluster.kubectl("logs", pod).rstrip().rpartition("\n")
    sys.stdout.write(told + "\n")
    if phase == "Failed":
        raise ClusterError(f"{last}\n{pod} failed")
    return last


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder in a pod: what kind of volume it is, and where it is seen."""

    name: str
    path: str
    volume: Mapping[str, Any]


def home() -> Folder:
    """Return the folder with keys for publishing and for people's tokens."""
    at_top = ("credentials.json", "api-keys.json")
    keys = ("signing-key.json", "jwks.json")
    items = [{"key": key, "path": key} for key in at_top]
    items += [{"key": key, "path": f"keys/{key}"} for key in keys]
    secret = {"secretName": HOME, "items": items, "defaultMode": 0o440}
    return Folder("home", "/secrets/home", {"secret": secret})


def cli_pod(
    name: str,
    run: Mapping[str, Any],
    env: Mapping[str, str],
    folders: Iterable[Folder] = (),
) -> dict[str, Any]:
    """Return a pod of the command line's image that knows where the services answer.

    `run` are the `args` or the `command` of its container.
    """
    seen = [home(), Folder("tmp", "/tmp", {"emptyDir": {}}), *folders]  # noqa: S108  in the pod
    known = {"FOLKMOOT_HOME": "/secrets/home"} | {
        f"FOLKMOOT_{service.upper().replace('-', '_')}_URL": url_of(service)
        for service in SERVICES
    }
    container = {
        "name": name,
        "image": CLI,
        "imagePullPolicy": "IfNotPresent",
        **run,
        "env": [{"name": n, "value": v} for n, v in {**known, **env}.items()],
        "volumeMounts": [{"name": f.name, "mountPath": f.path} for f in seen],
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    spec = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container],
        "volumes": [{"name": f.name, **f.volume} for f in seen],
    }
    meta = {"name": name}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}


def url_of(service: str) -> str:
    """Return where a service answers inside its namespace."""
    return f"http://{RELEASE}-{service}:{PORT}"


def _phase(cluster: Cluster, pod: str) -> str:
    return str(cluster.read("pod", pod)["status"].get("phase"))


def _said(command: list[str], given: str | None = None) -> str:
    done = subprocess.run(  # noqa: S603  our own command line
        command, input=given, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ClusterError((done.stdout + done.stderr).strip())
    return done.stdout
