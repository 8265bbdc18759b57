"""The OpenAPI 3.1 document of each service: `python -m folkmoot.registry.openapi`.

Services do not serve it: they answer nobody whom they do not know.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from folkmoot_chassis.service import Service
from folkmoot_ingest.app import build_app as ingest
from folkmoot_ingest.settings import Settings as IngestSettings
from folkmoot_notification.app import build_app as notification
from folkmoot_notification.settings import Settings as NotificationSettings
from folkmoot_search_index.app import build_app as search_index
from folkmoot_search_index.settings import Settings as SearchIndexSettings
from folkmoot_tagging.app import build_app as tagging
from folkmoot_tagging.settings import Settings as TaggingSettings
from pydantic import SecretStr

from folkmoot.registry import generated

Document = dict[str, Any]

FOLDER = Path("docs/api")
PATTERN = "*.json"
NOWHERE = SecretStr("mongodb://localhost:1")
"""A service that is assembled and not started connects to nothing."""


def documents() -> dict[str, Document]:
    """Return the document of each service, by its name."""
    return {service.name: service.app.openapi() for service in _services()}


def rendered() -> dict[str, str]:
    """Return the text of each document, by its file's name."""
    return {f"{name}.json": _text(document) for name, document in documents().items()}


def drift(folder: Path) -> list[str]:
    """Return the names of files that are not as the code says."""
    return generated.drift(folder, rendered(), PATTERN)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the documents."""
    folder = generated.folder_of("folkmoot.registry.openapi", FOLDER, arguments)
    generated.tell(folder, generated.write(folder, rendered(), PATTERN))


def _services() -> tuple[Service, ...]:
    return (
        ingest(IngestSettings(mongo_url=NOWHERE)),
        tagging(TaggingSettings(mongo_url=NOWHERE)),
        search_index(SearchIndexSettings(mongo_url=NOWHERE)),
        notification(NotificationSettings(mongo_url=NOWHERE)),
    )


def _text(document: Document) -> str:
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)
    return text + "\n"


if __name__ == "__main__":
    main()
