"""Ask the service of this container whether it is ready: `python -m …healthy`.

For what has no HTTP client, such as a container's health check. Exit status 0 or 1.
"""

import http.client
import os
import sys

TIMEOUT = 4.0
"""Seconds."""


def main() -> int:
    """Ask once."""
    port = int(os.environ.get("FOLKMOOT_HTTP_PORT", "8100"))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        said = answer.read().decode(errors="replace").strip()
    except OSError as error:
        said, good = f"no answer: {type(error).__name__}", False
    else:
        good = answer.status == http.client.OK
    sys.stdout.write(said + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
