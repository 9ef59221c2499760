"""One client in the triggerer for all tasks of all runs of a connection.

The library sweeps once for all watches of a client, so what a thousand deferred tasks cost is what one costs. The
client lives as long as somebody waits, and a minute longer: the last one often leaves just before the next arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import brickwork

LINGER_S = 60.0
CALLER = "DatabricksTrigger"


@dataclass(slots=True)
class _Shared:
    opened: asyncio.Task[brickwork.AsyncClient]
    users: int = 0
    closing: asyncio.TimerHandle | None = None


_shared: dict[tuple[asyncio.AbstractEventLoop, str], _Shared] = {}


@asynccontextmanager
async def shared_client(conn_id: str) -> AsyncIterator[brickwork.AsyncClient]:
    """The client of a connection in this event loop.

    Raises:
        ConnectionMistake, AirflowNotFoundException, BrickworkError: the connection cannot be used
    """
    loop = asyncio.get_running_loop()
    _forget_closed_loops()
    key = (loop, conn_id)
    one = _shared.get(key)
    if one is None:
        one = _shared[key] = _Shared(loop.create_task(_open(conn_id)))
    one.users += 1
    if one.closing is not None:
        one.closing.cancel()
        one.closing = None
    try:
        # Whoever is cancelled leaves alone: the others go on waiting for the same opening.
        yield await asyncio.shield(one.opened)
    finally:
        one.users -= 1
        if one.users == 0:
            failed = one.opened.done() and (one.opened.cancelled() or one.opened.exception() is not None)
            one.closing = loop.call_later(0 if failed else LINGER_S, _close, key, one)
            if failed:
                _shared.pop(key, None)


def _forget_closed_loops() -> None:
    """A loop that was closed has dropped the timer that would have closed its clients."""
    for key in [key for key in _shared if key[0].is_closed()]:
        opened = _shared.pop(key).opened
        if opened.done() and not opened.cancelled() and opened.exception() is None:
            opened.result().close()


def _close(key: tuple[asyncio.AbstractEventLoop, str], one: _Shared) -> None:
    if one.users:
        return
    if _shared.get(key) is one:
        del _shared[key]
    if one.opened.done() and not one.opened.cancelled() and one.opened.exception() is None:
        one.opened.result().close()
    else:
        one.opened.cancel()


async def _open(conn_id: str) -> brickwork.AsyncClient:
    import brickwork
    from airflow.sdk import BaseHook

    from brickwork_airflow.connection import opening

    opened = opening(await BaseHook.aget_connection(conn_id), CALLER)
    secrets = {name: _asked_anew(conn_id, name) if isinstance(value, str) else _in_a_thread(value)
               for name, value in opened.secrets.items()}  # fmt: skip
    return brickwork.AsyncClient(opened.members, secrets=secrets)


def _asked_anew(conn_id: str, name: str) -> Callable[[], Awaitable[str]]:
    """The connection as it is now: a token that was replaced in Airflow ends nobody's wait."""

    async def ask() -> str:
        from airflow.sdk import BaseHook

        from brickwork_airflow.connection import opening

        secret = opening(await BaseHook.aget_connection(conn_id), CALLER).secrets[name]
        return secret if isinstance(secret, str) else await asyncio.to_thread(secret)

    return ask


def _in_a_thread(provider: Callable[[], str]) -> Callable[[], Awaitable[str]]:
    return lambda: asyncio.to_thread(provider)
