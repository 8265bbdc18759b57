"""Logs as JSON lines: what happened, to which record, in which trace; never content."""

import json
import logging
import sys
from datetime import UTC, datetime

from typing_extensions import override

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
