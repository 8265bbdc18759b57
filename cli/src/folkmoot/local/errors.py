"""What can go wrong for reasons that a person can mend."""


class LocalError(Exception):
    """Something on this machine stands in the way; the message says what to do."""


class NotInstalledError(LocalError):
    """A part that only `folkmoot up` and its like need is not installed."""

    def __init__(self, part: str) -> None:
        super().__init__(
            f"{part} is not installed, so this folkmoot runs no Kafka and MongoDB of "
            "its own: install folkmoot[local]"
        )
