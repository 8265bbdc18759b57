"""Trace contexts as the text that travels: W3C `traceparent`.

Most records belong to traces that nobody samples. For those a context is only handed
on, as text; spans are made for sampled ones alone.
"""

import re
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

TRACEPARENT: Final = re.compile(
    r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)

_ids = RandomIdGenerator()


def valid(traceparent: str | None) -> str | None:
    """Return a well-formed traceparent as it is, and None for anything else."""
    if traceparent and TRACEPARENT.fullmatch(traceparent):
        return traceparent
    return None


def new_traceparent(*, sampled: bool = False) -> str:
    """Return the context of a new trace."""
    trace, span = _ids.generate_trace_id(), _ids.generate_span_id()
    return f"00-{trace:032x}-{span:016x}-{sampled:02x}"


def sampled(traceparent: str) -> bool:
    """Tell whether somebody records this trace."""
    return bool(int(traceparent[-2:], 16) & 1)


def trace_id(traceparent: str) -> str:
    """Return the trace's id, 32 hex digits."""
    return traceparent[3:35]


def to_span_context(traceparent: str) -> SpanContext:
    """Return the remote span that a traceparent names."""
    _, trace_hex, span_hex, flags = traceparent.split("-")
    return SpanContext(
        int(trace_hex, 16),
        int(span_hex, 16),
        is_remote=True,
        trace_flags=TraceFlags(int(flags, 16)),
    )


def to_context(traceparent: str) -> Context:
    """Return an OpenTelemetry context whose current span is the remote one."""
    return trace.set_span_in_context(NonRecordingSpan(to_span_context(traceparent)))


def to_traceparent(context: SpanContext) -> str:
    """Return a span's context as text."""
    return (
        f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
    )


def current_traceparent() -> str:
    """Return the current span's context; that of a new trace where there is none."""
    context = trace.get_current_span().get_span_context()
    return to_traceparent(context) if context.is_valid else new_traceparent()
