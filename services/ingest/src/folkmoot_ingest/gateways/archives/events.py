"""What an archive holds, as the events that a publisher would send."""

import hashlib
import json
from typing import Any

from folkmoot_ingest.domain.submission import ITEM_SUBMITTED
from folkmoot_ingest.gateways.archives.entries import Submitted


def event(submitted: Submitted, source: str) -> dict[str, Any]:
    """Return the CloudEvent (structured mode) that submits an item.

    Its id follows from its content, so that an import which is taken up again after a
    kill sends the same events.
    """
    data = submitted.submission.model_dump(mode="json", exclude_defaults=True)
    data["text"] = submitted.submission.text
    told = json.dumps([source, data], sort_keys=True)
    return {
        "specversion": "1.0",
        "id": hashlib.sha256(told.encode()).hexdigest()[:32],
        "source": source,
        "type": ITEM_SUBMITTED,
        "subject": submitted.submission.native_id,
        "datacontenttype": "application/json",
        "data": data,
    }
