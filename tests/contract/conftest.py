"""Each service in turn, assembled and not started."""

import pytest
from folkmoot_chassis.service import Service

from tests.support.service_modules import SERVICES, service_module, settings_class


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def app(service: str, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("FOLKMOOT_MONGO_URL", "mongodb://localhost:1")
    built = service_module(service, "app").build_app(settings_class(service)())
    assert isinstance(built, Service)
    return built
