"""The settings of notification."""

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from folkmoot_chassis.settings import Port, ServiceSettings
from pydantic import Field, field_validator
from pydantic_settings import NoDecode


class Settings(ServiceSettings):
    """Read from the environment, variables prefixed `FOLKMOOT_`."""

    http_port: Port = 8104
    subscriptions_per_person: int = Field(default=200, ge=1)
    endpoints_per_person: int = Field(default=10, ge=1)
    standing_poll: float = Field(
        default=0.5,
        gt=0,
        description="Seconds between looks for other replicas' changes.",
    )
    stream_poll: float = Field(
        default=0.15,
        gt=0,
        description="Seconds between looks for other replicas' news.",
    )
    stream_heartbeat: float = Field(
        default=15.0,
        gt=0,
        description="Seconds of silence before a stream sends a comment.",
    )
    webhook_allow: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        NoDecode,
        Field(
            description=(
                "Networks that webhooks may reach although they are not public, "
                "also by plain HTTP: CIDRs, comma-separated."
            )
        ),
    ] = ()
    webhook_timeout: float = Field(
        default=15.0, gt=0, description="Seconds for a request."
    )
    webhook_concurrency: int = Field(default=64, ge=1, description="Requests at once.")
    webhook_per_endpoint: int = Field(
        default=4, ge=1, description="Requests at once to one endpoint."
    )
    delivery_days: int = Field(
        default=30,
        ge=1,
        le=3650,
        description="How long the log keeps a webhook that is settled.",
    )

    @field_validator("webhook_allow", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
