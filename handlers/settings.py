"""Settings by environment, `.env` and a file in TOML; in the first two under the prefix `LOCKSTEP_`."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

from handlers.redaction import address
from handlers.sources import ConfigFile, SecretFiles

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""What tokens may be signed by: whoever can check these signatures cannot make them."""
SCOPES = ("read", "write", "admin")
_ISSUER = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]+/?", re.IGNORECASE)


class Settings(BaseSettings):
    """What an operator may set. Secrets do not show in `repr`."""

    # Compose files and unit files pass on variables that are not set as empty ones.
    model_config = SettingsConfigDict(
        env_prefix="LOCKSTEP_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    config: Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    data_dir: Path = Path("data")
    api_key: SecretStr | None = None
    provider: str = "echo"
    upstream_url: str | None = None
    upstream_api_key: SecretStr | None = None
    upstream_connect_seconds: float = Field(default=5.0, gt=0)
    upstream_read_seconds: float = Field(default=600.0, gt=0)
    upstream_retries: int = Field(default=2, ge=0, le=10)
    upstream_connections: int = Field(default=256, ge=1)
    max_tokens_field: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    default_model: str | None = None
    model_aliases: str = ""
    context_limits: str = ""
    encryption_key: SecretStr | None = None
    replay_mode: str = "replay"
    replay_dir: Path = Path("recordings")
    replay_provider: str = "echo"
    replay_timing: bool = False
    models_cache_seconds: float = Field(default=30.0, ge=0)
    allow_private_urls: bool = False
    mcp_connect_seconds: float = Field(default=10.0, gt=0)
    mcp_call_seconds: float = Field(default=60.0, gt=0)
    mcp_max_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    search_provider: str | None = None
    search_url: str | None = None
    search_seconds: float = Field(default=10.0, gt=0)
    strict: bool = False
    strict_fields: bool = False
    max_body_bytes: int = Field(default=80 * 1024 * 1024, ge=1)
    max_json_depth: int = Field(default=200, ge=8, le=200)
    max_url_bytes: int = Field(default=32 * 1024, ge=256)
    max_header_bytes: int = Field(default=64 * 1024, ge=512)
    max_headers: int = Field(default=100, ge=8)
    head_seconds: float = Field(default=30.0, gt=0)
    body_seconds: float = Field(default=120.0, ge=0)
    request_seconds: float = Field(default=60.0, ge=0)
    concurrent_requests: int = Field(default=4096, ge=1)
    concurrent_requests_per_key: int = Field(default=0, ge=0)
    requests_per_minute: int = Field(default=0, ge=0)
    tokens_per_minute: int = Field(default=0, ge=0)
    shared_limits: bool | None = None
    wrong_keys_per_minute: int = Field(default=120, ge=0)
    store: str = "sqlite"
    database_url: SecretStr | None = None
    database_connections: int = Field(default=8, ge=2, le=100)
    no_auth: bool = False
    oidc_issuer: str | None = None
    oidc_audience: str = ""
    oidc_project_claim: str = Field(default="sub", min_length=1)
    oidc_project_prefix: str = ""
    oidc_scopes_claim: str = Field(default="scope", min_length=1)
    oidc_scopes_prefix: str = ""
    oidc_default_scopes: str = ""
    oidc_algorithms: str = "RS256,PS256,ES256,EdDSA"
    oidc_leeway_seconds: float = Field(default=30.0, ge=0, le=300)
    oidc_refresh_seconds: float = Field(default=300.0, ge=10, le=86400)
    cors_origins: str = ""
    keep_alive_seconds: float = Field(default=15.0, gt=0)
    shutdown_seconds: int = Field(default=10, ge=0)
    drain_seconds: float = Field(default=0.0, ge=0)
    lease_seconds: float = Field(default=12.0, ge=0.2, le=600)
    background_jobs: int = Field(default=256, ge=1)
    idempotency_seconds: float = Field(default=86400.0, ge=1, le=30 * 86400)
    idempotency_max_bytes: int = Field(default=8 * 1024 * 1024, ge=1024)
    access_log: bool = False
    log_json: bool = False
    metrics: Literal["loopback", "open", "off"] = "loopback"
    metrics_token: SecretStr | None = None

    @field_validator("api_key")
    @classmethod
    def _fits_a_header(cls, key: SecretStr | None) -> SecretStr | None:
        """RFC 6750, section 2.1, read widely: whatever a header carries in one piece."""
        if key is not None and not re.fullmatch("[!-~]+", key.get_secret_value()):
            raise PydanticCustomError("api_key", "A key is visible ASCII without spaces")
        return key

    @field_validator("oidc_issuer")
    @classmethod
    def _is_an_issuer(cls, issuer: str | None) -> str | None:
        """A URL without query and fragment (OpenID Connect Discovery 1.0, section 2)."""
        if issuer is not None and not _ISSUER.fullmatch(issuer):
            raise PydanticCustomError("issuer", "An issuer looks like https://login.example/realms/one")
        return issuer

    @field_validator("oidc_algorithms", "oidc_default_scopes")
    @classmethod
    def _are_known(cls, names: str, info: ValidationInfo) -> str:
        """What is not known here could not be held to its word later: of algorithms, asymmetric ones only."""
        known = ALGORITHMS if info.field_name == "oidc_algorithms" else SCOPES
        for name in listed(names):
            if name not in known:
                raise PydanticCustomError("unknown", "Known are {known}", {"known": ", ".join(known)})
        return names

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, origins: str) -> str:
        """Browsers send scheme, host and port: a bare host name would never match."""
        for origin in filter(None, map(str.strip, origins.split(","))):
            if origin != "*" and not _ORIGIN.fullmatch(origin):
                raise PydanticCustomError("origin", "Origins look like https://app.example or *")
        return origins

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
        """The first that names a setting decides."""
        assert isinstance(init_settings, InitSettingsSource)  # noqa: S101 - pydantic's own, typed wider
        assert isinstance(env_settings, EnvSettingsSource)  # noqa: S101
        assert isinstance(dotenv_settings, EnvSettingsSource)  # noqa: S101
        return (
            init_settings,
            env_settings,
            SecretFiles(settings_cls, env_settings),
            dotenv_settings,
            SecretFiles(settings_cls, dotenv_settings),
            ConfigFile(settings_cls, init_settings, env_settings, dotenv_settings),
        )

    @override
    def __repr_args__(self) -> Iterator[tuple[str | None, object]]:
        """Addresses without the credentials that some carry."""
        for name, value in super().__repr_args__():
            is_address = isinstance(value, str) and "://" in value
            yield name, ",".join(map(address, value.split(","))) if is_address else value

    def origins(self) -> list[str]:
        """The origins of `cors_origins`, separated by commas."""
        return [origin.strip().rstrip("/") for origin in self.cors_origins.split(",") if origin.strip()]


def listed(names: str) -> list[str]:
    """What a setting lists, separated by commas."""
    return [name.strip() for name in names.split(",") if name.strip()]
