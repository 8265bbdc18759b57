"""`python -m folkmoot`, and the entry point of the command."""

import logging
import sys

from folkmoot.app import make_app


def main() -> None:
    """Run the command line."""
    # Its client complains of Kafka over and over; whoever asks for it says so once.
    client = logging.getLogger("aiokafka")
    client.addHandler(logging.NullHandler())
    client.propagate = False
    make_app(next(iter(sys.argv[1:]), None))(prog_name="folkmoot")


if __name__ == "__main__":
    main()
