"""Ask each service that is named whether it is ready; `helm test` runs this."""

import sys
import time
import urllib.error
import urllib.request

PATIENCE = 30.0
"""Seconds in all: the way to a pod that has just become ready takes its time."""


def ask(url: str) -> tuple[bool, str]:
    """Return whether a service is ready, and what it says."""
    try:
        with urllib.request.urlopen(f"{url}/health/ready", timeout=10) as answer:  # noqa: S310  the chart's own URLs
            return True, answer.read().decode()
    except urllib.error.HTTPError as error:
        return False, error.read().decode()
    except OSError as error:
        return False, str(error)


failed = False
deadline = time.monotonic() + PATIENCE
for url in sys.argv[1:]:
    ready, told = ask(url)
    while not ready and time.monotonic() < deadline:
        time.sleep(1)
        ready, told = ask(url)
    failed = failed or not ready
    sys.stdout.write(f"{url}: {told}\n")
sys.exit(failed)
