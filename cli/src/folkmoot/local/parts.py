"""What `folkmoot up` alone needs, and an image that talks to services need not hold."""

from importlib import import_module
from types import ModuleType

from folkmoot.local.errors import NotInstalledError


def part(module: str) -> ModuleType:
    """Return an optional module; raise NotInstalledError where it is not there."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise NotInstalledError(module) from error
