"""The settings of search-index."""

from pathlib import Path

from folkmoot_chassis.settings import Port, ServiceSettings
from pydantic import Field


class Settings(ServiceSettings):
    """Read from the environment, variables prefixed `FOLKMOOT_`."""

    http_port: Port = 8103
    index_dir: Path = Field(
        default=Path("search-index-data"),
        description="Where this replica keeps its index; no other process may.",
    )
    commit_interval: float = Field(
        default=0.2, gt=0, description="Seconds between commits while changes arrive."
    )
    commit_changes: int = Field(
        default=5000, ge=1, description="Changes that are committed without waiting."
    )
    search_threads: int = Field(default=4, ge=1, description="Searches at a time.")
    tell_searches: bool = Field(
        default=True, description="Publish what was searched for, never by whom."
    )
