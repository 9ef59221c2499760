"""The client's descriptor in event loops: one port for each loop that has something under way.

A port has a duplicate of the descriptor, registered as long as operations of its loop are under way. So an idle client
leaves nothing in a loop, a loop that was closed leaves nothing in the client, and one client may serve several loops in
several threads: events go to whichever loop wakes first, and from there to the loop that waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from typing import Any

from brickwork._core import Core, Operation
from brickwork._secrets import as_secret
from brickwork._verb import Verb
from brickwork._waiting import no_secret


class Pending:
    """An operation of one loop, and the future that its waiter waits on."""

    def __init__(self, port: Port):
        self.port = port
        self.operation: Operation | None = None
        self.signal: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """On any thread."""
        port = self.port
        if threading.get_ident() == port.thread:
            self.notify()
            return
        with contextlib.suppress(RuntimeError):  # that loop is closed: nobody waits any more
            port.loop.call_soon_threadsafe(self.notify)

    def notify(self) -> None:
        if self.signal is not None and not self.signal.done():
            self.signal.set_result(None)

    async def wait(self) -> None:
        """Until there is news or the end."""
        operation = self.operation
        assert operation is not None
        while not (operation.done or operation.news):
            self.signal = self.port.loop.create_future()
            if operation.done or operation.news:  # another thread was faster
                return
            await self.signal


class Port:
    def __init__(self, ports: Ports, loop: asyncio.AbstractEventLoop):
        self.ports = ports
        self.loop = loop
        self.thread = threading.get_ident()
        self.under_way: set[Pending] = set()
        self.fd = -1
        self.tasks: set[asyncio.Task[None]] = set()

    def start(self, verb: Verb[Any, Any], body: bytes, timeout_ms: int) -> Pending:
        pending = Pending(self)
        pending.operation = self.ports.core.start(verb, body, timeout_ms, pending.wake)
        self.under_way.add(pending)
        self.thread = threading.get_ident()  # a loop may be run by another thread later
        if self.fd < 0:
            self.fd = os.dup(self.ports.core.event_fd())
            self.loop.add_reader(self.fd, self.readable)
        return pending

    def end(self, pending: Pending) -> None:
        """On any thread: a coroutine that nobody finished may be collected anywhere."""
        if pending.operation is not None:
            self.ports.core.drop(pending.operation)
        self.under_way.discard(pending)
        if self.under_way or self.fd < 0:
            return
        if self.loop.is_closed() or threading.get_ident() == self.thread:
            self.unregister()
            return
        try:
            self.loop.call_soon_threadsafe(self.unregister)
        except RuntimeError:
            self.unregister()

    def unregister(self) -> None:
        if self.under_way and not self.loop.is_closed():
            return  # something was started meanwhile
        fd, self.fd = self.fd, -1
        if fd < 0:
            return
        if not self.loop.is_closed():
            self.loop.remove_reader(fd)
        os.close(fd)

    def readable(self) -> None:
        core = self.ports.core
        core.drain()
        if core.wants_log:
            core.write_log()
        if core.wants_secret:
            core.wants_secret = False
            task = self.loop.create_task(self.hand_secrets_over())
            self.tasks.add(task)  # a loop holds its tasks weakly
            task.add_done_callback(self.tasks.discard)

    async def hand_secrets_over(self) -> None:
        core = self.ports.core
        for name, provider in core.providers.items():
            try:
                given = provider()
                core.set_secret(
                    name, as_secret(given if isinstance(given, str) or not hasattr(given, "__await__") else await given)
                )
            except Exception as reason:
                core.fail(no_secret(name, reason))


class Ports:
    """The loops that use one client."""

    def __init__(self, core: Core):
        self.core = core
        self._lock = threading.Lock()
        self._ports: dict[asyncio.AbstractEventLoop, Port] = {}

    def here(self) -> Port:
        """The port of the running loop."""
        self.core.check()  # before asyncio says of a forked child that no loop runs
        loop = asyncio.get_running_loop()
        found = self._ports.get(loop)
        if found is not None:
            return found
        with self._lock:
            gone = [port for each, port in self._ports.items() if each.is_closed()]
            for port in gone:
                del self._ports[port.loop]
            port = self._ports[loop] = Port(self, loop)
        for each in gone:
            self.forget(each)
        return port

    @staticmethod
    def forget(port: Port) -> None:
        """A loop was closed while operations ran."""
        for pending in list(port.under_way):
            port.end(pending)
        port.unregister()

    def close(self) -> None:
        for port in list(self._ports.values()):
            if port.loop.is_closed():
                self.forget(port)
        self.core.close()
