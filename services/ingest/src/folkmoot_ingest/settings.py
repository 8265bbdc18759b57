"""The settings of ingest."""

from pathlib import Path

from folkmoot_chassis.settings import Port, ServiceSettings
from pydantic import Field


class Settings(ServiceSettings):
    """Read from the environment, variables prefixed `FOLKMOOT_`."""

    http_port: Port = 8101
    api_keys: Path | None = Field(
        default=None,
        description=(
            'JSON {"keys": [{"id", "sha256", "company", "sources", "scopes", '
            '"expires"}]}, sha256 of the whole key in hex; read again when it changes.'
        ),
    )
    inbound_sources: Path | None = Field(
        default=None,
        description=(
            'JSON {"<pattern of sources>": "<company>"}: on whose behalf records of '
            "the inbound topic speak; read again when it changes."
        ),
    )
