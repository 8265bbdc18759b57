"""What an import would capture, without capturing it."""

from datetime import datetime
from typing import Any

from folkmoot_ingest.domain.errors import Refused
from folkmoot_ingest.domain.normalisation import Origin, normalise
from folkmoot_ingest.gateways.archives.entries import Rejected, Submitted


def preview(
    submitted: Submitted, *, company: str, source: str, now: datetime
) -> dict[str, Any] | Rejected:
    """Return the item as it would be recorded, fit for JSON, with its `input`."""
    try:
        item = normalise(submitted.submission, Origin(company, source), now)
    except Refused as refusal:
        native_id = submitted.submission.native_id
        return Rejected(submitted.input, f"item {native_id}", refusal.detail)
    return {"input": submitted.input} | item.model_dump(mode="json")
