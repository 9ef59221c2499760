"""From the arguments of a client to a client of the library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from brickwork._core import Core
from brickwork._library import load_library
from brickwork._requests import to_json
from brickwork._secrets import Given, Provider, as_secret
from brickwork.documents.connection import Connection

SecretLike: TypeAlias = Given | Provider


def open_core(
    connection: Connection | Mapping[str, Any] | None,
    token: SecretLike | None,
    secrets: Mapping[str, SecretLike] | None,
    members: dict[str, Any],
) -> tuple[Connection, Core]:
    document = connection.document() if isinstance(connection, Connection) else dict(connection or {})
    document |= {name: value for name, value in members.items() if value is not None}
    given = dict(secrets or {})
    if token is not None:
        given["token"] = token
    providers: dict[str, Provider] = {name: value for name, value in given.items() if callable(value)}
    kept = Connection.of(document)
    if "token" in providers and kept.auth_type is None:
        # Says that a token will come, so that operations ask for it instead of failing for want of one.
        document["auth_type"] = "pat"
    core = Core(load_library(), to_json(document), providers)
    try:
        for name, value in given.items():
            if not callable(value):
                core.set_secret(name, as_secret(value))
    except BaseException:
        core.close()
        raise
    return kept, core
