"""An Airflow connection of type `databricks` as what a brickwork client is opened with."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from brickwork_airflow.federation import azure_default_token, exchanged_token, subject_token

if TYPE_CHECKING:
    from airflow.sdk import Connection

SECRETS = ("token", "password", "client_secret", "azure_client_secret")


class ConnectionMistake(ValueError):
    """What is wrong with an Airflow connection, and the way out. Never a value that might be a secret."""


@dataclass(frozen=True, slots=True)
class Opening:
    """Arguments of brickwork.Client and AsyncClient.

    Attributes:
        members: of connection/1, no secret
        secrets: texts, or functions that are asked when the library needs one
    """

    members: dict[str, Any]
    secrets: dict[str, str | Callable[[], str]] = field(repr=False)


def opening(connection: Connection, caller: str) -> Opening:
    """Which workspace, as whom.

    Args:
        connection: of Airflow
        caller: name of the operator, for the user agent

    Raises:
        ConnectionMistake: it lacks a host, or says something that is not supported
    """
    extra = _extra(connection)
    host = _host(connection, extra)
    members, secrets = _login(connection, extra, host)
    members = {"host": host, "user_agent": _user_agent(caller), **members}
    if extra.get("azure_resource_id"):
        members["azure_workspace_resource_id"] = extra["azure_resource_id"]
    proxy = _proxy(connection, extra, host)
    if proxy:
        members["proxy"] = {"url": proxy}
    ours = extra.get("brickwork", {})
    if not isinstance(ours, Mapping) or any(name in ours for name in SECRETS):
        raise _mistake(connection, "the extra `brickwork` has to be an object of connection/1, without secrets")
    # Whoever says a login in the connection means this one, not what is in the environment of a worker.
    members.setdefault("environment", not (members.get("auth_type") or secrets))
    return Opening({**members, **ours}, secrets)


def _login(
    connection: Connection, extra: Mapping[str, Any], host: str
) -> tuple[dict[str, Any], dict[str, str | Callable[[], str]]]:
    """The first that matches, in the order of the stock provider."""
    login, password = connection.login or "", connection.password or ""
    if extra.get("token"):
        return {"auth_type": "pat"}, {"token": str(extra["token"])}
    if password and login in {"", "token"}:
        return {"auth_type": "pat"}, {"token": password}
    if extra.get("azure_tenant_id"):
        _both(connection, login, password, "azure_tenant_id", "the client id as login and its secret as password")
        return (
            {
                "auth_type": "azure-client-secret",
                "azure_tenant_id": extra["azure_tenant_id"],
                "azure_client_id": login,
                **_of_azure(extra),
            },
            {"azure_client_secret": password},
        )
    if _true(extra.get("use_azure_managed_identity")):
        client_id = extra.get("azure_managed_identity_client_id")
        return {
            "auth_type": "azure-msi",
            "azure_use_msi": True,
            **({"azure_client_id": client_id} if client_id else {}),
        }, {}
    if _true(extra.get("use_default_azure_credential")):
        return {"auth_type": "pat"}, {"token": azure_default_token}
    if _true(extra.get("service_principal_oauth")):
        _both(connection, login, password, "service_principal_oauth", "the client id as login, its secret as password")
        return {"auth_type": "oauth-m2m", "client_id": login}, {"client_secret": password}
    source = subject_token(login, extra)
    if source is not None:
        return {"auth_type": "pat"}, {"token": lambda: exchanged_token(host, source(), extra.get("client_id"))}
    if login and password:
        return {"auth_type": "basic", "username": login}, {"password": password}
    return {}, {}


def _of_azure(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Whom a service principal of Azure asks in place of the public cloud."""
    address = extra.get("azure_ad_endpoint")
    return {"endpoints": {"active_directory_endpoint": str(address).rstrip("/")}} if address else {}


def _proxy(connection: Connection, extra: Mapping[str, Any], host: str) -> str | None:
    """{"http": address, "https": address}: the one for the scheme of the workspace; None leaves it to HTTPS_PROXY."""
    proxies = extra.get("proxies") or {}
    if not isinstance(proxies, Mapping) or not set(proxies) <= {"http", "https"}:
        raise _mistake(connection, "the extra proxies has to be an object with `http`, `https`, or both")
    address = proxies.get(host.split("://", 1)[0])
    if address is None:
        return None
    if not isinstance(address, str) or not address:
        raise _mistake(connection, "an address in the extra proxies is no text")
    if "@" in address:
        raise _mistake(
            connection,
            "an address in the extra proxies has a login, which is a secret and shown to whoever sees the extra; "
            "set HTTPS_PROXY in the environment of the workers and the triggerer",
        )
    return address


def _both(connection: Connection, login: str, password: str, extra: str, what: str) -> None:
    if not login or not password:
        raise _mistake(connection, f"the extra {extra} needs {what}")


def _host(connection: Connection, extra: Mapping[str, Any]) -> str:
    host = str(extra.get("host") or connection.host or "").strip().rstrip("/")
    if not host:
        raise _mistake(connection, "it has no host; put the address of the workspace there, https://....databricks.net")
    if "://" not in host:
        host = f"{connection.schema if connection.schema in {'http', 'https'} else 'https'}://{host}"
    if connection.port and ":" not in host.split("://", 1)[1]:
        host = f"{host}:{connection.port}"
    return host


def _extra(connection: Connection) -> dict[str, Any]:
    text = connection.extra
    if not text:
        return {}
    try:
        extra = json.loads(text)
    except ValueError:
        extra = None
    if not isinstance(extra, dict):
        raise _mistake(connection, "its extra is not a JSON object")
    return extra


def _mistake(connection: Connection, reason: str) -> ConnectionMistake:
    return ConnectionMistake(f"The Airflow connection {connection.conn_id!r} cannot be used: {reason}.")


def _true(value: Any) -> bool:
    return str(value).strip().lower() in {"true", "1", "yes"}


def _user_agent(caller: str) -> str:
    from airflow import __version__ as airflow

    return f"airflow/{airflow} python/{platform.python_version()} operator/{caller}"
