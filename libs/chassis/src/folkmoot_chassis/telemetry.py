"""Spans by OpenTelemetry's messaging conventions (development status, 1.44).

A batch has one `receive` span with a link to every sampled record. Each sampled record
has a `process` span whose parent is the record's own context, so that a trace runs
unbroken from the first publisher to the last effect. No span holds content.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SimpleSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    ParentBased,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import (
    Link,
    Span,
    SpanKind,
    Status,
    StatusCode,
    use_span,
)
from opentelemetry.util.types import AttributeValue
from typing_extensions import override

from folkmoot_chassis.messages import Message
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.traces import (
    current_traceparent,
    sampled,
    to_context,
    to_span_context,
    to_traceparent,
)

__all__ = ["Telemetry", "current_traceparent"]

MAX_LINKS = 128

EXPORT_SECONDS = 2.0
"""What exporting may take at a stop."""


class FileExporter(SpanExporter):
    """Appends each finished span to a file, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        lines = "".join(span.to_json(indent=None) + "\n" for span in spans)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(lines)
        return SpanExportResult.SUCCESS

    @override
    def shutdown(self) -> None:
        return None


class Telemetry:
    """Makes the spans of one service process."""

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        exporter: SpanExporter | None = None,
    ) -> None:
        resource = Resource.create(
            {"service.name": service, "service.instance.id": settings.instance}
        )
        taken = exporter or settings.trace_file or settings.otlp_endpoint
        # Spans that nobody takes are not worth making.
        share = settings.trace_ratio if taken else 0.0
        self._provider = TracerProvider(
            resource=resource, sampler=ParentBased(_Roots(share))
        )
        if exporter:
            self._provider.add_span_processor(SimpleSpanProcessor(exporter))
        if settings.trace_file:
            self._provider.add_span_processor(
                SimpleSpanProcessor(FileExporter(settings.trace_file))
            )
        if settings.otlp_endpoint:
            url = settings.otlp_endpoint.rstrip("/") + "/v1/traces"
            self._provider.add_span_processor(
                BatchSpanProcessor(OTLPSpanExporter(endpoint=url))
            )
        self._tracer = self._provider.get_tracer("folkmoot_chassis")
        self._group = f"folkmoot-{service}"

    @contextmanager
    def span(
        self,
        name: str,
        kind: SpanKind,
        *,
        traceparent: str | None = None,
        attributes: Mapping[str, AttributeValue] | None = None,
    ) -> Iterator[Span]:
        """Run a block in a span that continues `traceparent`, or the current span."""
        context = to_context(traceparent) if traceparent else None
        with self._current(
            self._tracer.start_span(
                name, context=context, kind=kind, attributes=attributes
            )
        ) as span:
            yield span

    @contextmanager
    def receive(self, messages: Sequence[Message[object]]) -> Iterator[None]:
        """Run the handling of a batch in its `receive` span."""
        traced = [m.traceparent for m in messages if sampled(m.traceparent)]
        if not traced:
            yield
            return
        topics = sorted({m.topic for m in messages})
        span = self._tracer.start_span(
            f"receive {','.join(topics)}",
            context=Context(),
            kind=SpanKind.CLIENT,
            links=[Link(to_span_context(t)) for t in traced[:MAX_LINKS]],
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.name": "receive",
                "messaging.operation.type": "receive",
                "messaging.destination.name": ",".join(topics),
                "messaging.consumer.group.name": self._group,
                "messaging.batch.message_count": len(messages),
            },
        )
        with self._current(span):
            yield

    @staticmethod
    @contextmanager
    def _current(span: Span) -> Iterator[Span]:
        """Run a block in a span; the SDK's own way records the texts of its errors."""
        with use_span(
            span,
            end_on_exit=True,
            record_exception=False,
            set_status_on_exception=False,
        ):
            try:
                yield span
            except BaseException as error:
                fail(span, error)
                raise

    def start_process(self, message: Message[object]) -> Span | None:
        """Start the `process` span of one record; None where nobody samples it."""
        if not sampled(message.traceparent):
            return None
        return self._tracer.start_span(
            f"process {message.topic}",
            context=to_context(message.traceparent),
            kind=SpanKind.CONSUMER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.name": "process",
                "messaging.operation.type": "process",
                "messaging.destination.name": message.topic,
                "messaging.destination.partition.id": str(message.partition),
                "messaging.kafka.offset": message.offset,
                "messaging.consumer.group.name": self._group,
                "messaging.message.id": message.id,
            },
        )

    def send(self, topic: str, traceparent: str) -> Span | None:
        """Start the `send` span of one record; None where nobody samples it."""
        if not sampled(traceparent):
            return None
        return self._tracer.start_span(
            f"send {topic}",
            context=to_context(traceparent),
            kind=SpanKind.PRODUCER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.name": "send",
                "messaging.operation.type": "send",
                "messaging.destination.name": topic,
            },
        )

    def shutdown(self) -> None:
        """Export what is left, for `EXPORT_SECONDS` at most.

        The SDK's own way waits for 30 s where nobody takes the spans.
        """
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(EXPORT_SECONDS)


class _Roots(Sampler):
    """Records a share of new traces, and all that are linked to a recorded one."""

    def __init__(self, ratio: float) -> None:
        self._share = TraceIdRatioBased(ratio)

    @override
    def should_sample(self, *told: Any, **named: Any) -> SamplingResult:
        # ParentBased, which alone calls this, names its arguments.
        links: Sequence[Link] = named.get("links") or ()
        linked = any(link.context.trace_flags.sampled for link in links)
        sampler = ALWAYS_ON if linked else self._share
        return sampler.should_sample(*told, **named)

    @override
    def get_description(self) -> str:
        return f"linked or {self._share.get_description()}"


def context_of(span: Span) -> str:
    """Return the traceparent by which others continue a span."""
    return to_traceparent(span.get_span_context())


def fail(span: Span, error: BaseException) -> None:
    """Mark a span as failed, by the kind of error and never by its text."""
    span.set_status(Status(StatusCode.ERROR, type(error).__name__))
    span.set_attribute("error.type", type(error).__qualname__)
