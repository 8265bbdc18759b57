"""How this process speaks to Kafka: one place for addresses, trust and guarantees."""

import random
import ssl
import zlib
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.helpers import create_ssl_context
from faststream.kafka import KafkaBroker
from faststream.security import (
    BaseSecurity,
    SASLPlaintext,
    SASLScram256,
    SASLScram512,
)

from folkmoot_chassis.connections import survive_closed_transports
from folkmoot_chassis.records import tolerate_header_names
from folkmoot_chassis.settings import ServiceSettings

REQUEST_BYTES = 16 * 1024 * 1024


def make_broker(settings: ServiceSettings) -> KafkaBroker:
    """Return a broker for subscribing alone; records leave through the outbox.

    Its own telemetry, dependency injection and topic creation stay off. A stop waits
    for the batch in hand.
    """
    tolerate_header_names()
    survive_closed_transports()
    return KafkaBroker(
        settings.kafka_bootstrap.split(","),
        client_id=f"folkmoot-{settings.instance}",
        allow_auto_create_topics=False,
        consumer_only=True,
        apply_types=False,
        logger=None,
        graceful_timeout=settings.stop_timeout,
        security=_faststream_security(settings),
    )


def make_producer(settings: ServiceSettings) -> AIOKafkaProducer:
    """Return a producer that neither loses nor repeats what it was given.

    aiokafka's own defaults are `acks=1` and no idempotence.
    """
    survive_closed_transports()
    return AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap,
        client_id=f"folkmoot-relay-{settings.instance}",
        enable_idempotence=True,
        acks="all",
        max_batch_size=512 * 1024,
        max_request_size=REQUEST_BYTES,
        request_timeout_ms=20_000,
        partitioner=partition_of,
        **client_security(settings),
    )


def partition_of(
    key: bytes | None, partitions: Sequence[int], available: Sequence[int]
) -> int:
    """Choose a key's partition as librdkafka does: CRC-32.

    aiokafka's own hash is the Java client's, computed byte by byte in Python; it costs
    more than all else that is done to publish a record.
    """
    if key is None:
        return random.choice(available or partitions)  # noqa: S311  guards nothing
    return partitions[zlib.crc32(key) % len(partitions)]


def _ssl_context(settings: ServiceSettings) -> ssl.SSLContext | None:
    if "SSL" not in settings.kafka_security_protocol.split("_"):
        return None
    cafile = str(settings.kafka_ca_file) if settings.kafka_ca_file else None
    context: ssl.SSLContext = create_ssl_context(cafile=cafile)
    return context


def client_security(settings: ServiceSettings) -> dict[str, Any]:
    """Return how a client of aiokafka is told whom to trust and who it is."""
    if settings.kafka_security_protocol == "PLAINTEXT":
        return {}
    secret = settings.kafka_password
    return {
        "security_protocol": settings.kafka_security_protocol,
        "ssl_context": _ssl_context(settings),
        "sasl_mechanism": settings.kafka_sasl_mechanism,
        "sasl_plain_username": settings.kafka_username,
        "sasl_plain_password": secret.get_secret_value() if secret else None,
    }


def _faststream_security(settings: ServiceSettings) -> BaseSecurity | None:
    if settings.kafka_security_protocol == "PLAINTEXT":
        return None
    context = _ssl_context(settings)
    use_ssl = context is not None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context, use_ssl=use_ssl)
    kinds = {
        "PLAIN": SASLPlaintext,
        "SCRAM-SHA-256": SASLScram256,
        "SCRAM-SHA-512": SASLScram512,
    }
    secret = settings.kafka_password
    return kinds[settings.kafka_sasl_mechanism](
        username=settings.kafka_username or "",
        password=secret.get_secret_value() if secret else "",
        ssl_context=context,
        use_ssl=use_ssl,
    )
