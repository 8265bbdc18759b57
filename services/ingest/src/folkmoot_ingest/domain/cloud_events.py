"""CloudEvents 1.0: the envelope, and its JSON format (structured mode)."""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from folkmoot_ingest.domain import json_guard
from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.moments import moment

REQUIRED = ("specversion", "id", "source", "type")
MAX_ATTRIBUTE = 2048

_NAME = re.compile(r"[a-z0-9]{1,64}")
_COMMON = frozenset((*REQUIRED, "subject", "time", "datacontenttype", "traceparent"))
"""Names that need not be looked at."""

# Control characters, halves of surrogate pairs and non-characters, as the type system
# of CloudEvents rules them out.
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_JSON_TYPE = re.compile(r"[\w.+-]+/([\w.+-]+\+)?json", re.IGNORECASE)


class CloudEvent(NamedTuple):
    """One event: its attributes by bare name, and its data as JSON or as bytes."""

    attributes: Mapping[str, str]
    data: Any = None
    time: datetime | None = None

    @property
    def id(self) -> str:
        """Unique within the source."""
        return self.attributes["id"]

    @property
    def source(self) -> str:
        """Where it happened."""
        return self.attributes["source"]

    @property
    def type(self) -> str:
        """What happened."""
        return self.attributes["type"]

    @property
    def subject(self) -> str | None:
        """What it happened to, by the source's own name."""
        return self.attributes.get("subject")

    @property
    def traceparent(self) -> str | None:
        """The trace it belongs to (distributed tracing extension)."""
        return self.attributes.get("traceparent")


def event(attributes: Mapping[str, str], data: Any) -> CloudEvent:  # noqa: ANN401  any JSON
    """Check the attributes of an event. Raises Refused."""
    for name in REQUIRED:
        if not attributes.get(name):
            raise invalid(f"The required attribute `{name}` is missing or empty.")
    if attributes["specversion"] != "1.0":
        raise invalid("`specversion` must be 1.0; no other version is supported.")
    if not all(map(_NAME.fullmatch, attributes.keys() - _COMMON)):
        raise invalid("An attribute's name must be of lower-case letters and digits.")
    # Nearly all are well, which is seen of all of them at once.
    together = "".join(attributes.values())
    if len(together) > MAX_ATTRIBUTE or _FORBIDDEN.search(together):
        _check_each(attributes)
    if " " in attributes["source"]:
        raise invalid("`source` must be a URI reference.")
    return CloudEvent(attributes, data, _time(attributes.get("time")))


def _check_each(attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        if _FORBIDDEN.search(value):
            raise invalid(f"The attribute `{name}` holds a forbidden character.")
        if len(value) > MAX_ATTRIBUTE:
            raise invalid(f"`{name}` is longer than {MAX_ATTRIBUTE} characters.")


def structured(document: object) -> CloudEvent:
    """Read an event in the JSON event format. Raises Refused."""
    if not isinstance(document, dict):
        raise invalid("An event must be a JSON object.")
    attributes = {
        str(name): _attribute(str(name), value)
        for name, value in document.items()
        if name not in ("data", "data_base64") and value is not None
    }
    return event(attributes, _data(document, attributes.get("datacontenttype")))


def told_id(document: object) -> str | None:
    """Return the id of an event that may be broken, to name it in an answer."""
    told = document.get("id") if isinstance(document, dict) else None
    fit = isinstance(told, str) and len(told) <= MAX_ATTRIBUTE
    return told if fit and not _FORBIDDEN.search(str(told)) else None


def is_json(content_type: str | None) -> bool:
    """Tell whether a content type says JSON in UTF-8; none at all does."""
    if content_type is None:
        return True
    media_type, _, parameters = content_type.partition(";")
    charset = re.search(r'charset\s*=\s*"?([\w-]+)', parameters, re.IGNORECASE)
    utf8 = charset is None or charset[1].lower() in {"utf-8", "utf8", "us-ascii"}
    return utf8 and _JSON_TYPE.fullmatch(media_type.strip()) is not None


def invalid(detail: str) -> Refused:
    """Refuse what is no event."""
    return Refused("invalid-event", "Not a valid CloudEvents 1.0 event", detail)


def _attribute(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if name in REQUIRED:
        raise invalid(f"The attribute `{name}` must be a string.")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise invalid(f"The attribute `{name}` must be a string, a boolean or an integer.")


def _data(document: Mapping[str, Any], content_type: str | None) -> Any:  # noqa: ANN401  any JSON
    encoded = document.get("data_base64")
    if encoded is None:
        return document.get("data")
    if document.get("data") is not None:
        raise invalid("An event has either `data` or `data_base64`.")
    try:
        raw = b64decode(encoded, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise invalid("`data_base64` is not base64.") from None
    return json_guard.loads(raw) if is_json(content_type) else raw


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return moment(text)
    except ValueError as error:
        raise invalid(f"`time` {error}.") from None
