"""From a raw record to a typed message, or to the reason why not."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from folkmoot_chassis import cloudevents
from folkmoot_chassis.dead_letters import Failure, RawRecord
from folkmoot_chassis.failures import Permanent
from folkmoot_chassis.messages import AnyEvent, EventModel, Message
from folkmoot_chassis.traces import new_traceparent, valid
from folkmoot_chassis.transactions import Transaction

Handler = Callable[[Sequence[Message[Any]], Transaction], Awaitable[None]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TYPE = cloudevents.PREFIX + "type"


@dataclass(frozen=True, slots=True)
class Route:
    """What one topic's records become and who handles them.

    `handlers` maps event types to a model and a handler. `anything`, where it is set,
    takes every record of the topic undecoded.
    """

    handlers: Mapping[str, tuple[type[EventModel], Handler]]
    anything: Handler | None = None
    names: frozenset[bytes] = field(init=False)

    def __post_init__(self) -> None:
        """Note the names of the types that are wanted, without their versions."""
        names = frozenset(_any_version(type_.encode()) for type_ in self.handlers)
        object.__setattr__(self, "names", names)

    def skips(self, headers: Iterable[tuple[str, bytes | None]]) -> bool:
        """Tell whether nobody here wants records of this type, in any version.

        Most records of some topics are skipped: nothing but their type is looked at.
        """
        for name, raw in headers:
            if name == TYPE:
                if raw is None or not raw.isascii():
                    return False  # it is damaged, and may well have been wanted
                return _any_version(raw) not in self.names
        return False


class Decoded(NamedTuple):
    """A record that can be handled."""

    record: RawRecord
    message: Message[Any]
    handler: Handler


@dataclass(frozen=True, slots=True)
class Undecodable:
    """A record that cannot, and why."""

    record: RawRecord
    failure: Failure


def decode(record: RawRecord, route: Route) -> Decoded | Undecodable | None:
    """Decode one record; None for a type that nobody here wants.

    Readers are tolerant: an unknown type is skipped. A known type in an unknown major
    version is not, for its effect would be lost in silence.
    """
    try:
        return _decode(record, route)
    except Permanent as error:
        return _undecodable(record, error, error.reason)
    except RecursionError as error:
        return _undecodable(record, error, "too-deep")
    except Exception as error:  # noqa: BLE001  raised on, it would stop the partition
        return _undecodable(record, error, "bad-payload")


def _decode(record: RawRecord, route: Route) -> Decoded | None:
    if route.anything:
        attributes, body = _either_mode(record)
        data: object = AnyEvent(attributes.values, body)
        handler = route.anything
    else:
        if route.skips(record.headers):
            return None
        attributes = cloudevents.decode(record.headers)
        found = route.handlers.get(attributes.type)
        if found is None:
            raise Permanent(
                f"{attributes.type} is no version known here",
                reason="unsupported-version",
            )
        if record.value is None:
            raise Permanent("the record has no value", reason="null-value")
        model, handler = found
        data = model.model_validate_json(record.value)
    values = attributes.values
    moment = attributes.moment("time") or _written(record)
    # By place: by name it takes four times as long, and there is one for each record.
    message = Message(
        values["id"],
        values["source"],
        values["type"],
        record.key.decode("utf-8", "replace") if record.key else "",
        data,
        valid(attributes.traceparent) or new_traceparent(),
        values.get("replay") == "true",
        moment,
        attributes.moment("begun") or moment,
        record.topic,
        record.partition,
        record.offset,
        record.value or b"",
    )
    return Decoded(record, message, handler)


def _written(record: RawRecord) -> datetime:
    return EPOCH + timedelta(milliseconds=record.timestamp)


@lru_cache(maxsize=256)
def _any_version(type_: bytes) -> bytes:
    name, v, number = type_.rpartition(b".v")
    return name + v if number.isdigit() else type_


def _either_mode(record: RawRecord) -> tuple[cloudevents.Attributes, bytes]:
    """Read a record of binary or structured mode; the body stays undecoded."""
    if record.value is None:
        raise Permanent("the record has no value", reason="null-value")
    for name, raw in record.headers:
        if (
            name == "content-type"
            and raw
            and raw.startswith(b"application/cloudevents")
        ):
            return cloudevents.decode_structured(record.value, record.headers)
    return cloudevents.decode(record.headers), record.value


def _undecodable(record: RawRecord, error: Exception, reason: str) -> Undecodable:
    traceparent = None
    for name, raw in record.headers:
        if name == "traceparent" and raw:
            traceparent = valid(raw.decode("ascii", "replace"))
    trace = traceparent or new_traceparent()
    return Undecodable(record, Failure(error, reason, 1, trace))
