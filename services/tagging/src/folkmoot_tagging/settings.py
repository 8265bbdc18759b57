"""The settings of tagging."""

from pathlib import Path

from folkmoot_chassis.settings import Port, ServiceSettings
from pydantic import Field


class Settings(ServiceSettings):
    """Read from the environment, variables prefixed `FOLKMOOT_`."""

    http_port: Port = 8102
    vocabulary: Path | None = Field(
        default=None,
        description="SKOS in Turtle, plain or gzipped; without it, no concepts.",
    )
    vocabulary_poll: float = Field(
        default=30.0, gt=0, description="Seconds between looks for a changed file."
    )
