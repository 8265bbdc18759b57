"""Logs as JSON lines: what happened, to which record, in which trace; never content."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TypeAlias

from typing_extensions import override

ExcInfo: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None]
    | tuple[None, None, None]
)

FIELDS = (
    "event",
    "topic",
    "partition",
    "offset",
    "trace",
    "reason",
    "attempt",
    "count",
    "seconds",
    "route",
    "status",
)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, service: str, instance: str) -> None:
        super().__init__()
        self._who = {"service": service, "instance": instance}

    @override
    def formatException(self, ei: ExcInfo) -> str:
        """Say where an error came from and of what kind it is.

        Its own text is left out: drivers and validators quote the documents that they
        refuse, whole.
        """
        told: list[str] = []
        error = ei[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            told.append(f"{frames}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (
                None if error.__suppress_context__ else error.__context__
            )
        return "\n\n".join(reversed(told))

    @override
    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._who,
        }
        for name in FIELDS:
            value = record.__dict__.get(name)
            if value is not None:
                entry[name] = value
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def configure_logs(service: str, instance: str, level: str) -> None:
    """Send every log line to standard error, as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(service, instance))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("aiokafka", "pymongo", "httpx", "httpcore", "uvicorn", "faststream"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
