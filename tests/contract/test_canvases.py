"""Each service's README says what the service is like from outside."""

import re
from pathlib import Path

from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.service import Service
from prometheus_client import CollectorRegistry

ROOT = Path(__file__).parents[2]
CANVAS = ["Consumes", "Publishes", "Owns", "API", "Metrics", "Failure policy"]
REQUEST = re.compile(r"`(GET|POST|PUT|PATCH|DELETE) (/v1[^`?\s]*)")


def canvas(service: str) -> dict[str, str]:
    text = (ROOT / "services" / service / "README.md").read_text()
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_it_has_its_headings_in_order(service: str) -> None:
    assert [heading for heading in canvas(service) if heading in CANVAS] == CANVAS


async def test_it_names_the_topics_that_are_read(service: str, app: Service) -> None:
    told = canvas(service).get("Consumes", "")
    assert [topic for topic in app.routes if f"`{topic}`" not in told] == []


async def test_it_lists_the_requests_that_are_answered(
    service: str, app: Service
) -> None:
    answered = {
        (method.upper(), path)
        for path, methods in app.app.openapi()["paths"].items()
        for method in methods
    }
    assert set(REQUEST.findall(canvas(service).get("API", ""))) == answered


async def test_it_lists_the_metrics_that_are_its_own(
    service: str, app: Service
) -> None:
    plumbing = CollectorRegistry()
    Metrics(plumbing)
    own = {metric.name for metric in app.metrics_registry.collect()}
    own -= {metric.name for metric in plumbing.collect()}
    told = canvas(service).get("Metrics", "")
    assert sorted(name for name in own if f"`{name}" not in told) == []
