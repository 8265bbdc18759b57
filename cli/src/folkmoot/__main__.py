"""`python -m folkmoot`, and the entry point of the command."""

from folkmoot.app import make_app


def main() -> None:
    """Run the command line."""
    make_app()()


if __name__ == "__main__":
    main()
