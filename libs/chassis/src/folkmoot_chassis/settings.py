"""The settings that every service has."""

import json
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

logger = logging.getLogger(__name__)

PREFIX = "FOLKMOOT_"
SECRETS = f"{PREFIX}SECRETS_DIR"
"""Names a folder with a file for each secret, named as its variable would be."""


Port = Annotated[int, Field(ge=0, le=65535)]


class ServiceSettings(BaseSettings):
    """Read from the environment, variables prefixed `FOLKMOOT_`; frozen once read."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore")

    @classmethod
    def read(cls) -> Self:
        """Return what is set; end the process with a line for each bad variable.

        The values themselves are left out: some are secret.
        """
        try:
            return cls()
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                name = PREFIX + "_".join(map(str, fault["loc"])).upper()
                said = {"level": "CRITICAL", "message": f"{name}: {fault['msg']}"}
                sys.stderr.write(json.dumps(said) + "\n")
            sys.exit(1)

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Look for what the environment does not say among the files of secrets.

        An environment is shown by whoever describes a container; a mounted file is not.
        """
        folder = os.environ.get(SECRETS)
        if not folder:
            return init_settings, env_settings
        if not Path(folder).is_dir():
            logger.warning("there is no folder %s, which %s names", folder, SECRETS)
            return init_settings, env_settings
        files = SecretsSettingsSource(settings_cls, secrets_dir=folder)
        return init_settings, env_settings, files

    instance: str = Field(
        default_factory=socket.gethostname,
        description=(
            "Name of this replica, the same after a restart: a restarted replica takes "
            "its partitions and leases up at once."
        ),
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING or ERROR."
    )

    kafka_bootstrap: str = Field(
        default="localhost:9092", description="`host:port`, comma-separated."
    )
    kafka_security_protocol: Literal[
        "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"
    ] = Field(
        default="PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="SCRAM-SHA-512", description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."
    )
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_ca_file: FilePath | None = Field(default=None, description="PEM file.")
    kafka_session_timeout: float = Field(default=30.0, gt=0, description="Seconds.")

    batch_max_records: int = Field(default=1000, ge=1, description="Records a batch.")
    batch_linger: float = Field(
        default=0.1,
        ge=0,
        description=(
            "Seconds from the start of a batch that was not full to the next one: "
            "what comes in quick succession shares a transaction."
        ),
    )
    retry_attempts: int = Field(
        default=6,
        # The first try takes every record for new, and a later one looks.
        ge=2,
        description="Tries before a re-read.",
    )
    retry_base: float = Field(
        default=0.1, gt=0, description="Seconds before the second try."
    )
    retry_cap: float = Field(default=5.0, gt=0, description="Longest wait, seconds.")
    fuse_window: int = Field(default=1000, ge=1, description="Records looked back on.")
    fuse_ratio: float = Field(
        default=0.05, ge=0, le=1, description="Failures among them, at most."
    )
    fuse_in_a_row: int = Field(
        default=50, ge=1, description="Failures in a row, at most."
    )

    mongo_url: SecretStr = Field(
        default=SecretStr("mongodb://localhost:27017"),
        description="URI of a replica set, with this service's own user.",
    )
    mongo_database: str = Field(default="", description="Default: from the service.")
    inbox_days: int = Field(
        default=14, ge=1, description="How long a redelivery is recognised."
    )
    outbox_poll: float = Field(default=1.0, gt=0, description="Seconds between looks.")
    outbox_lease: float = Field(
        default=10.0, gt=0, description="Seconds a shard is held."
    )
    outbox_shards: int = Field(default=8, ge=1)
    record_max_bytes: int = Field(
        default=4 * 1024 * 1024 - 64 * 1024,
        ge=1024,
        description=(
            "Largest record value that is published; "
            "a topic's `max.message.bytes` counts key and headers, too."
        ),
    )

    http_host: str = "127.0.0.1"
    http_port: Port = 8100

    jwks: str | None = Field(
        default=None, description="File or https URL of the key set that signs tokens."
    )
    jwt_issuer: str = "folkmoot"
    jwt_audience: str = "folkmoot"

    otlp_endpoint: str | None = Field(
        default=None, description="Base URL of an OTLP/HTTP collector."
    )
    trace_file: Path | None = Field(
        default=None, description="Append finished spans here, one JSON object a line."
    )
    trace_ratio: float = Field(
        default=0.05,
        ge=0,
        le=1,
        description="Share of new traces that is recorded, if they are sent anywhere.",
    )
    stop_timeout: float = Field(
        default=18.0, gt=0, description="Seconds that work in hand is given at a stop."
    )
    stall_timeout: float = Field(
        default=120.0,
        gt=0,
        description="Seconds of lag without progress that mean dead.",
    )

    @field_validator("mongo_url")
    @classmethod
    def _is_mongo(cls, url: SecretStr) -> SecretStr:
        if not url.get_secret_value().startswith(("mongodb://", "mongodb+srv://")):
            raise ValueError("it begins with mongodb:// or mongodb+srv://")
        return url

    @field_validator("jwks")
    @classmethod
    def _is_file_or_https(cls, location: str | None) -> str | None:
        if location and "://" in location and not location.startswith("https://"):
            raise ValueError("it is a file or an https URL")
        return location
