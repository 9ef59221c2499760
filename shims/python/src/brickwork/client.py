"""The client for programs that wait for each call."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NoReturn

from brickwork._opening import SecretLike, open_core
from brickwork._sync import Caller
from brickwork.documents.connection import Connection
from brickwork.verbs import Verbs


class Client(Verbs):
    """One Databricks workspace as one user.

        with brickwork.Client(host="https://...", token=ask_the_vault) as client:
            launched = client.group.launch(group, launch_key="2026-11-21")
            for state in client.run.watch(launched):
                print(state.verdict)

    Opening sends nothing. Any thread may use it, many at once; it starts no Python thread. Not for a forked child: open
    one there. It is closed by `close`, by the end of a `with`, or when nobody holds it any more.

    Args:
        connection: "connection/1" without secrets, as Connection or a mapping; without it the environment and
            .databrickscfg say everything
        token: a personal access token, or a function that gives one (text, or Secret with its end) whenever the
            library asks for it; without it as the environment and .databrickscfg say
        secrets: the same by the library's names for secrets (build_info()["secrets"])
        members: of the connection, such as host, profile, user_agent, poll_ms; they go before those of `connection`

    Raises:
        BrickworkError INVALID_ARGUMENT: the connection or a secret is wrong; UNAVAILABLE: the library is not there
    """

    __slots__ = ("__weakref__", "_connection")

    def __init__(
        self,
        connection: Connection | Mapping[str, Any] | None = None,
        *,
        token: SecretLike | None = None,
        secrets: Mapping[str, SecretLike] | None = None,
        **members: Any,
    ):
        self._connection, core = open_core(connection, token, secrets, members)
        super().__init__(Caller(core))

    @property
    def connection(self) -> Connection:
        """What this client was opened with. No secret is in it: pickle and store it in place of the client."""
        return self._connection

    @property
    def closed(self) -> bool:
        return self._caller.core.closed

    def close(self) -> None:
        """Ends the client. Threads that wait in it get CANCELLED; runs go on. Harmless twice."""
        self._caller.waiting.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        caller = getattr(self, "_caller", None)
        if caller is not None and not caller.core.closed and caller.core.pid == os.getpid():
            warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self, stacklevel=2)

    def __repr__(self) -> str:
        return f"<brickwork.Client {self._connection.host or 'of the environment'}{' closed' if self.closed else ''}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a client is not pickled; pickle client.connection and open a client from it where it is needed"
        )
