"""Spans leave the process, and never keep it."""

import threading
from collections.abc import Sequence

import pytest
from folkmoot_chassis import telemetry
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.telemetry import Telemetry
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from typing_extensions import override


class FakeUnreachable(SpanExporter):
    """Waits for a collector that does not answer."""

    def __init__(self) -> None:
        self.given_up = threading.Event()

    @override
    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return SpanExportResult.FAILURE

    @override
    def shutdown(self) -> None:
        self.given_up.wait()


@pytest.mark.timeout(10)
def test_a_collector_that_is_away_keeps_no_service_from_stopping(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telemetry, "EXPORT_SECONDS", 0.1)
    exporter = FakeUnreachable()
    Telemetry("toy", ServiceSettings(), exporter).shutdown()
    exporter.given_up.set()
