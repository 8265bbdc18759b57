"""What can go wrong for reasons that a person can mend."""


class LocalError(Exception):
    """Something on this machine stands in the way; the message says what to do."""
