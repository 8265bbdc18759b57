"""`python -m folkmoot`, and the entry point of the command."""

import sys

from folkmoot.app import make_app


def main() -> None:
    """Run the command line."""
    make_app(next(iter(sys.argv[1:]), None))()


if __name__ == "__main__":
    main()
