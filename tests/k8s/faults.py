"""`make k8s-faults`: what is promised, kept on a real cluster while it is hurt.

Under a steady load the chart is upgraded and rolled back, each service is killed, pods
are evicted, and every consumer is scaled out. Nothing may be lost and nothing doubled:
the ledger says so at the end, and the last line is one JSON object.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from folkmoot.local.ports import SERVICES

from deploy.helm.cluster import (
    TRY,
    Cluster,
    ClusterError,
    Folder,
    cli_pod,
    outcome,
    require_cluster,
)
from deploy.helm.helm import RELEASE, NoHelmError, helm

HERE = Path(__file__).parent
VALUES = (TRY, HERE / "values.yaml")
SUPPORT = HERE.parent / "support"
CARRIED = {
    "story.py": HERE / "story.py",
    **{
        name: SUPPORT / name
        for name in (
            "chaos_balance.py",
            "chaos_effects.py",
            "chaos_load.py",
            "ledger.py",
            "webhook_receiver.py",
        )
    },
}
STORY = "story"
LABELS = {
    "app.kubernetes.io/name": RELEASE,
    "app.kubernetes.io/instance": RELEASE,
    "app.kubernetes.io/component": STORY,
}
BETWEEN = 15.0
"""Seconds of peace after each fault."""
PATIENCE = 300.0
KILL = """
import os, signal
for each in filter(str.isdigit, os.listdir("/proc")):
    stat = open(f"/proc/{each}/stat").read().rpartition(")")[2].split()
    if stat[1] == "1" and int(each) != os.getpid():
        os.kill(int(each), signal.SIGKILL)
"""
"""The program is the child of tini, which no signal of its own container can kill."""


@dataclass(slots=True)
class Trial:
    """Faults upon a cluster, and how long each took to be mended."""

    cluster: Cluster
    seconds: dict[str, float] = field(default_factory=dict)

    def do(self, name: str, fault: Callable[[], object]) -> None:
        """Do something, wait until all replicas are ready again, and say so."""
        began = time.monotonic()
        fault()
        self.ready()
        took = time.monotonic() - began
        self.seconds[name] = round(took, 1)
        say(f"{name}: all ready again after {took:.1f} s; {self.progress()}")
        time.sleep(BETWEEN)

    def ready(self) -> None:
        """Return once each service has all its replicas, of one revision, ready."""
        deadline = time.monotonic() + PATIENCE
        while waiting := [s for s in SERVICES if not self._is_ready(s)]:
            if time.monotonic() > deadline:
                raise ClusterError(f"not ready after {PATIENCE:.0f} s: {waiting}")
            time.sleep(0.5)

    def _is_ready(self, service: str) -> bool:
        found = self.cluster.read("statefulset", f"{RELEASE}-{service}")
        status, wanted = found["status"], found["spec"]["replicas"]
        settled = status["observedGeneration"] == found["metadata"]["generation"]
        same = status.get("updateRevision") == status.get("currentRevision")
        return bool(settled and same and status.get("readyReplicas") == wanted)

    def progress(self) -> str:
        """Return the publisher's latest word."""
        return self.cluster.kubectl("logs", STORY, "--tail=1").strip()

    def kill(self, service: str) -> None:
        """Send SIGKILL to the programs of both replicas."""
        self._lose(service, partial(self._kill_both, service), replicas=2)

    def _kill_both(self, service: str) -> None:
        for number in range(2):
            pod = f"{RELEASE}-{service}-{number}"
            try:
                self.cluster.kubectl("exec", pod, "--", "python", "-c", KILL)
            except ClusterError as error:
                # Whoever kills dies with the container, unless he is quick.
                if "137" not in str(error):
                    raise

    def remove(self, service: str) -> None:
        """Delete a replica's pod without any grace."""
        pod = f"{RELEASE}-{service}-1"
        command = ("delete", "pod", pod, "--grace-period=0", "--force")
        self._lose(service, partial(self.cluster.kubectl, *command))

    def evict(self, service: str) -> None:
        """Evict a replica, and be refused the second one by the budget."""
        self._lose(service, partial(self._evict_both, service))

    def _lose(
        self, service: str, fault: Callable[[], object], replicas: int = 1
    ) -> None:
        """Do what costs replicas, and return once they have other lives."""
        before = self._lives(service)
        fault()
        deadline = time.monotonic() + PATIENCE
        while len(self._lives(service) - before) < replicas:
            if time.monotonic() > deadline:
                raise ClusterError(f"{service} did not lose {replicas} replicas")
            time.sleep(0.2)

    def _lives(self, service: str) -> set[tuple[str, int]]:
        """Return which life of which pod each replica is in."""
        chosen = f"--selector=app.kubernetes.io/component={service}"
        return {
            (pod["metadata"]["uid"], container["restartCount"])
            for pod in self.cluster.read("pods", chosen)["items"]
            for container in pod["status"].get("containerStatuses", ())
        }

    def _evict_both(self, service: str) -> None:
        self._evict(f"{RELEASE}-{service}-0")
        try:
            self._evict(f"{RELEASE}-{service}-1")
        except ClusterError as error:
            if "disruption budget" not in str(error):
                raise
        else:
            raise ClusterError(f"both replicas of {service} were evicted")

    def _evict(self, pod: str) -> None:
        path = f"/api/v1/namespaces/{self.cluster.namespace}/pods/{pod}/eviction"
        what = {"apiVersion": "policy/v1", "kind": "Eviction"}
        given = json.dumps(what | {"metadata": {"name": pod}})
        self.cluster.kubectl("create", f"--raw={path}", "--filename=-", given=given)

    def begin(self, a_second: float) -> None:
        """Start the publisher and return once it publishes."""
        cluster = self.cluster
        cluster.kubectl("delete", "pod", STORY, "--ignore-not-found")
        code = {name: file.read_text() for name, file in CARRIED.items()}
        meta = {"name": STORY}
        cluster.apply(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": code}
        )
        cluster.apply(story_pod(a_second), open_door())
        deadline = time.monotonic() + PATIENCE
        while "publishing" not in self._story_so_far():
            if time.monotonic() > deadline:
                raise ClusterError("the publisher does not begin")
            time.sleep(1)

    def _story_so_far(self) -> str:
        try:
            return self.cluster.kubectl("logs", STORY)
        except ClusterError:
            return ""

    def stop(self) -> None:
        """Let the publisher come to its end, whatever became of the rest."""
        self.cluster.kubectl("exec", STORY, "--", "touch", "/tmp/stop")

    def end(self) -> dict[str, Any]:
        """Return the publisher's figures once its book is balanced."""
        figures: dict[str, Any] = json.loads(outcome(self.cluster, STORY, 600))
        return figures | {"seconds_to_ready": self.seconds}


def story_pod(a_second: float) -> dict[str, Any]:
    """Return the publisher's pod, which may look into MongoDB as its administrator."""
    items = [
        {"key": name, "path": str(file.relative_to(HERE.parents[1]))}
        for name, file in CARRIED.items()
    ]
    carried = {"configMap": {"name": STORY, "items": items}}
    setup = {"secret": {"secretName": f"{RELEASE}-setup", "defaultMode": 0o440}}
    env = {
        "PYTHONPATH": "/story",
        "FOLKMOOT_KAFKA_BOOTSTRAP": f"{RELEASE}-kafka:9092",
        "FOLKMOOT_SECRETS_DIR": "/secrets/setup",
    }
    command = ["python", "-m", "tests.k8s.story", str(a_second)]
    folders = (
        Folder("story", "/story", carried),
        Folder("setup", "/secrets/setup", setup),
    )
    made = cli_pod(STORY, {"command": command}, env, folders)
    own = {"name": "POD_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}
    made["spec"]["containers"][0]["env"].append(own)
    # Kafka and MongoDB let in pods of the release alone.
    made["metadata"]["labels"] = LABELS
    return made


def open_door() -> dict[str, Any]:
    """Return what lets the publisher's pod call and be called, despite the chart."""
    spec = {"podSelector": {"matchLabels": LABELS}, "ingress": [{}], "egress": [{}]}
    spec["policyTypes"] = ["Ingress", "Egress"]
    about = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    return {**about, "metadata": {"name": STORY}, "spec": spec}


def hurt(trial: Trial) -> None:
    """Do all that is to be survived."""
    install = partial(trial.cluster.install, values=VALUES)
    trial.do("upgrade", partial(install, "workload.podAnnotations.life=second"))
    back = ("rollback", RELEASE, "--wait", f"--timeout={PATIENCE:.0f}s")
    trial.do("rollback", partial(trial.cluster.helm, *back))
    for service in SERVICES:
        trial.do(f"SIGKILL {service}", partial(trial.kill, service))
    for service in SERVICES:
        trial.do(f"pod of {service} deleted", partial(trial.remove, service))
    for service in SERVICES:
        trial.do(f"eviction {service}", partial(trial.evict, service))
    trial.do("scale-out", partial(install, "workload.replicas=3"))


def main() -> int:
    """Install, hurt, balance, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.k8s.faults")
    parser.add_argument("--namespace", default="folkmoot-faults")
    parser.add_argument("--rate", type=float, default=100.0, help="items a second")
    options = parser.parse_args()
    trial = Trial(Cluster(options.namespace))
    try:
        require_cluster()
        helm()
        trial.cluster.prepare()
        say(f"installed and ready in {trial.cluster.install(values=VALUES):.0f} s")
        trial.begin(options.rate)
        try:
            time.sleep(BETWEEN)
            hurt(trial)
        finally:
            trial.stop()
        figures = trial.end()
    except (ClusterError, NoHelmError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    say(json.dumps(figures))
    return 0


def say(text: str) -> None:
    """Tell whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
