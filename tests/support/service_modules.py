"""The four services, found by their names."""

import importlib
from types import ModuleType

from folkmoot_chassis.settings import ServiceSettings

SERVICES = ("ingest", "tagging", "search-index", "notification")


def service_module(service: str, name: str) -> ModuleType:
    """Import a top-level module of a service."""
    return importlib.import_module(f"folkmoot_{service.replace('-', '_')}.{name}")


def settings_class(service: str) -> type[ServiceSettings]:
    """Return the settings of a service."""
    (found,) = (
        each
        for each in vars(service_module(service, "settings")).values()
        if isinstance(each, type)
        and issubclass(each, ServiceSettings)
        and each is not ServiceSettings
    )
    return found
