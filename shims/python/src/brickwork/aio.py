"""The client for programs with an event loop."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NoReturn

from brickwork._async import AsyncCaller
from brickwork._opening import SecretLike, open_core
from brickwork.documents.connection import Connection
from brickwork.verbs import AsyncVerbs


class AsyncClient(AsyncVerbs):
    """One Databricks workspace as one user, for asyncio and uvloop.

        async with brickwork.AsyncClient(host="https://...", token=ask_the_vault) as client:
            launched = await client.group.launch(group, launch_key="2026-11-21")
            async for state in client.run.watch(launched):
                print(state.verdict)

    It waits on one descriptor in the running loop: no thread, no polling, whatever the number of watches. One client
    may be used by several loops, in several threads, one after the other or at once; share one for each workspace and
    user, because all watches of a client cost one sweep of requests. Cancelling a task cancels its operation and waits
    for the end of that, which comes at once. A loop that is closed while operations run leaves nothing behind. Not for
    a forked child: open one there.

    Arguments and errors are Client's; a function that gives a secret may be a coroutine function.
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
        super().__init__(AsyncCaller(core))

    @property
    def connection(self) -> Connection:
        """What this client was opened with. No secret is in it: pickle and store it in place of the client."""
        return self._connection

    @property
    def closed(self) -> bool:
        return self._caller.core.closed

    def close(self) -> None:
        """Ends the client. Tasks that wait in it get CANCELLED; runs go on. Harmless twice."""
        self._caller.ports.close()

    async def aclose(self) -> None:
        self.close()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        caller = getattr(self, "_caller", None)
        if caller is not None and not caller.core.closed and caller.core.pid == os.getpid():
            warnings.warn(f"unclosed {self!r}", ResourceWarning, source=self, stacklevel=2)

    def __repr__(self) -> str:
        return (
            f"<brickwork.AsyncClient {self._connection.host or 'of the environment'}{' closed' if self.closed else ''}>"
        )

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a client is not pickled; pickle client.connection and open a client from it where it is needed"
        )
