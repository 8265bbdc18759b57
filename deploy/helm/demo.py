"""`make k8s-demo`: Folkmoot on any Kubernetes, in a namespace of its own, led through.

The images must be there already: `make images`, then load them as your cluster does.
It stays up; run it again, and what is there is upgraded.
"""

import argparse
import sys

from deploy.helm.cluster import Cluster, ClusterError, require_cluster, walk
from deploy.helm.helm import RELEASE, NoHelmError, helm


def main() -> int:
    """Install, test, lead through, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.helm.demo")
    parser.add_argument("--namespace", default="folkmoot-demo")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    cluster = Cluster(options.namespace)
    try:
        require_cluster()
        helm()
        cluster.prepare()
        _tell(f"namespace {cluster.namespace}, where all pods have to be `restricted`")
        seconds = cluster.install(*options.set)
        _tell(f"installed and ready in {seconds:.0f} s")
        ask_all(cluster)
        _tell("helm test passes")
        report = walk(cluster)
    except (ClusterError, NoHelmError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _tell(f"to end it: kubectl delete namespace {cluster.namespace}")
    sys.stdout.write(f"{report}\n")
    return 0


def ask_all(cluster: Cluster) -> None:
    """Let the chart's own test ask each service whether it is ready.

    Raises ClusterError with what the test said: Helm's own `--logs` looks for a pod
    that is gone where all is well.
    """
    try:
        cluster.helm("test", RELEASE)
    except ClusterError as error:
        said = cluster.kubectl("logs", f"{RELEASE}-test", "--ignore-errors")
        raise ClusterError(f"{error}\n{said}") from error


def _tell(text: str) -> None:
    sys.stdout.write(f"✓ {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
