"""Fixtures: a toy service with topics of its own, and the wire to it."""

from collections.abc import AsyncIterator, Callable

import pytest
from aiokafka import AIOKafkaProducer
from folkmoot_chassis.settings import ServiceSettings
from opentelemetry.sdk.trace.export import SpanExporter

from tests.integration.chassis.toy import Topics, Toy, Wire
from tests.support.platform import Addresses
from tests.support.processes import ServiceFacts
from tests.support.stores import MakeTopic

MakeToy = Callable[..., Toy]


@pytest.fixture
def toy_name(unique: str) -> str:
    """Return a service name of the test's own: groups outlive tests."""
    return f"toy-{unique}"


@pytest.fixture
async def toy_topics(make_topic: MakeTopic, toy_name: str) -> Topics:
    orders = await make_topic("orders", partitions=2)
    returns = await make_topic("returns")
    return Topics(
        orders,
        returns,
        await make_topic("shipments"),
        await make_topic(f"orders.{toy_name}.dlq"),
        await make_topic(f"returns.{toy_name}.dlq"),
    )


@pytest.fixture
def make_toy(service_facts: ServiceFacts, toy_topics: Topics, toy_name: str) -> MakeToy:
    """Return a maker of replicas of one toy service: `make_toy(instance="b")`."""

    def make(exporter: SpanExporter | None = None, **more: object) -> Toy:
        quick = {"retry_base": 0.01, "retry_cap": 0.05, "trace_ratio": 0.0}
        settings = ServiceSettings(**service_facts("toy", **quick | more))
        return Toy(settings, toy_topics, toy_name, exporter)

    return make


@pytest.fixture
async def wire(platform: Addresses) -> AsyncIterator[Wire]:
    async with AIOKafkaProducer(
        bootstrap_servers=platform.kafka_bootstrap, linger_ms=5
    ) as producer:
        yield Wire(platform.kafka_bootstrap, producer)
