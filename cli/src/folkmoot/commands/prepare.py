"""`folkmoot prepare`: fetch once what `up` needs, to start fast and offline."""

from folkmoot.local.jars import class_path
from folkmoot.local.training import train
from folkmoot.terminal import err, plain_errors


def command() -> None:
    """Fetch Kafka's jars and make its start faster; done already, it does nothing."""
    with plain_errors():
        class_path(err().print)
        train(err().print)
