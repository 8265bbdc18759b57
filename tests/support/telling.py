"""Tell events as the services' relays do: binary CloudEvents on Kafka."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import uuid4

from aiokafka import AIOKafkaProducer
from folkmoot_chassis import cloudevents
from folkmoot_chassis.traces import new_traceparent
from folkmoot_events import Event


async def tell(bootstrap: str, events: Iterable[Event]) -> None:
    """Publish events and return once the broker has them all."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        now = datetime.now(UTC).isoformat()
        waiting = [
            await producer.send(
                event.topic,
                event.model_dump_json(exclude_none=True).encode(),
                key=event.key.encode(),
                headers=list(
                    cloudevents.encode(
                        {
                            "id": str(uuid4()),
                            "source": "/test",
                            "specversion": "1.0",
                            "type": event.type,
                            "subject": event.key,
                            "time": now,
                            "datacontenttype": "application/json",
                        },
                        new_traceparent(),
                    )
                ),
            )
            for event in events
        ]
        for each in waiting:
            await each
