"""Which workspace, as whom. Never a secret."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Document):
    """Which workspace, as whom. Never a secret.

    Attributes:
        schema: May be left out.
        host: Address of the workspace, such as https://adb-1.2.azuredatabricks.net.
        profile: Section of the configuration file.
        config_file: Path of the configuration file; otherwise DATABRICKS_CONFIG_FILE, then ~/.databrickscfg.
        auth_type: Which login, in the words of the Databricks SDKs, such as pat.
        environment: Whether DATABRICKS_* variables and the configuration file are read.
        user_agent: What the host calls itself, such as airflow/3.1.
        workspace_id: For hosts that serve several workspaces.
        poll_ms: How often a watch looks, unless its request says so; 0: an interval that adapts, in ms.
        endpoints: Addresses of identity providers in place of the usual ones, by the names that the table of logins
            has for them, such as token_endpoint.
    """

    schema: str | None = None
    host: str | None = None
    profile: str | None = None
    config_file: str | None = None
    auth_type: str | None = None
    environment: bool | None = None
    user_agent: str | None = None
    workspace_id: str | int | None = None
    timeouts: ConnectionTimeouts | None = None
    rate: ConnectionRate | None = None
    tls: ConnectionTls | None = None
    proxy: ConnectionProxy | None = None
    retry: ConnectionRetry | None = None
    poll_ms: int | None = None
    endpoints: dict[str, str] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> Connection:
        refuse(document, "token", "password", "client_secret")
        return cls(
            schema=document.get("schema"),
            host=document.get("host"),
            profile=document.get("profile"),
            config_file=document.get("config_file"),
            auth_type=document.get("auth_type"),
            environment=document.get("environment"),
            user_agent=document.get("user_agent"),
            workspace_id=document.get("workspace_id"),
            timeouts=maybe(ConnectionTimeouts.read, document.get("timeouts")),
            rate=maybe(ConnectionRate.read, document.get("rate")),
            tls=maybe(ConnectionTls.read, document.get("tls")),
            proxy=maybe(ConnectionProxy.read, document.get("proxy")),
            retry=maybe(ConnectionRetry.read, document.get("retry")),
            poll_ms=document.get("poll_ms"),
            endpoints=document.get("endpoints"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTimeouts(Document):
    """Part of connection/1.

    Attributes:
        operation_ms: Limit of an operation whose timeout_ms is 0; 0: the verb's own, in ms.
        connect_ms: Limit of one connection attempt; 0: 10,000, in ms.
    """

    operation_ms: int | None = None
    connect_ms: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> ConnectionTimeouts:
        return cls(
            operation_ms=document.get("operation_ms"),
            connect_ms=document.get("connect_ms"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRate(Document):
    """Part of connection/1.

    Attributes:
        requests_per_second: 0: Databricks' documented limit of each endpoint.
        shared: Whether processes of this user on this machine keep one budget for the workspace; a text is the
            directory of its file, which must be the user's alone.
    """

    requests_per_second: float | None = None
    shared: bool | str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> ConnectionRate:
        return cls(
            requests_per_second=document.get("requests_per_second"),
            shared=document.get("shared"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionTls(Document):
    """Part of connection/1.

    Attributes:
        ca_file: Certificates to trust, PEM.
        allow_http: Whether the credential may go over http:// to other machines than this one.
        client_certificate_file: Certificate for a server that asks for one, PEM; shown to the workspace only.
        client_key_file: Its key, PEM; missing: it lies beside the certificate.
    """

    ca_file: str | None = None
    verify: bool | None = None
    allow_http: bool | None = None
    client_certificate_file: str | None = None
    client_key_file: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> ConnectionTls:
        return cls(
            ca_file=document.get("ca_file"),
            verify=document.get("verify"),
            allow_http=document.get("allow_http"),
            client_certificate_file=document.get("client_certificate_file"),
            client_key_file=document.get("client_key_file"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionProxy(Document):
    """Part of connection/1.

    Attributes:
        url: Address such as http://proxy.example:3128, without a password; empty: none, whatever HTTPS_PROXY says.
        none_for: List with commas: names, which stand for what ends with them too, addresses, networks, *; missing:
            NO_PROXY.
    """

    url: str | None = None
    none_for: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> ConnectionProxy:
        return cls(
            url=document.get("url"),
            none_for=document.get("none_for"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionRetry(Document):
    """Part of connection/1.

    Attributes:
        max_attempts: Requests for one call, the first included.
        first_delay_ms: Ceiling of the first wait, in ms.
        max_delay_ms: Ceiling of every wait, in ms.
    """

    max_attempts: int | None = None
    first_delay_ms: int | None = None
    max_delay_ms: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> ConnectionRetry:
        return cls(
            max_attempts=document.get("max_attempts"),
            first_delay_ms=document.get("first_delay_ms"),
            max_delay_ms=document.get("max_delay_ms"),
            raw=document,
        )
