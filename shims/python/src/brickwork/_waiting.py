"""Waiting on the calling thread: `poll` on the client's descriptor, so that signals are handled at once.

Of all threads that wait on one client, one leads: it polls and hands events out. The others sleep until theirs came or
until they are to lead. No thread of ours is needed, and Ctrl-C ends the wait of the main thread in either role.

A signal's exception may strike between any two instructions, also while somebody hands the lead over. So a lead counts
only as long as its operation is under way, and who sleeps looks at that again now and then.
"""

from __future__ import annotations

import os
import select
import threading
import weakref

from brickwork._core import Core, Operation
from brickwork._secrets import as_secret
from brickwork.errors import BrickworkError, Status

LOOK_AGAIN_SECONDS = 1.0


class Waiting:
    """Who waits on one client."""

    def __init__(self, core: Core):
        self._core = core
        self._lock = threading.Lock()
        self._leader: Operation | None = None
        self._parked: dict[Operation, threading.Event] = {}
        # Wakes the leader when the client is closed. It stays open until nobody can poll it any more.
        self._alarm = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        weakref.finalize(self, os.close, self._alarm).atexit = False

    def wait(self, operation: Operation, event: threading.Event) -> None:
        """Until the operation has news or is done. `event` is set by its `wake`."""
        try:
            while not (operation.done or operation.news):
                event.clear()
                with self._lock:
                    if self._vacant():
                        self._leader = operation
                    leads = self._leader is operation
                    if not leads:
                        self._parked[operation] = event
                if operation.done or operation.news:
                    return
                if leads:
                    self._lead(operation)
                    # Not as the leader: a log handler or a secret's provider may use this very client.
                    self._leave(operation)
                    self._chores()
                else:
                    event.wait(LOOK_AGAIN_SECONDS)
        finally:
            self._leave(operation)

    def _vacant(self) -> bool:
        leader = self._leader
        return leader is None or leader.done or leader.tag not in self._core.under_way

    def _lead(self, operation: Operation) -> None:
        self._core.drain()  # what an interrupted predecessor left, or came during chores
        if operation.done or operation.news or self._core.wants_log or self._core.wants_secret:
            return
        poller = select.poll()
        try:
            poller.register(self._core.event_fd(), select.POLLIN)
        except BrickworkError:
            if operation.done:  # closed a moment ago
                return
            raise
        poller.register(self._alarm, select.POLLIN)
        poller.poll()
        self._core.drain()

    def _leave(self, operation: Operation) -> None:
        with self._lock:
            self._parked.pop(operation, None)
            if self._leader is operation:
                self._leader = None
            if self._vacant() and self._parked:
                next(iter(self._parked.values())).set()

    def _chores(self) -> None:
        if self._core.wants_log:
            self._core.write_log()
        if self._core.wants_secret:
            self._core.wants_secret = False
            self._hand_secrets_over()

    def _hand_secrets_over(self) -> None:
        for name, provider in self._core.providers.items():
            try:
                given = provider()
                if not isinstance(given, str) and hasattr(given, "__await__"):
                    close = getattr(given, "close", None)
                    if close:
                        close()
                    raise TypeError("a coroutine; use AsyncClient, or a function that returns text")
                self._core.set_secret(name, as_secret(given))
            except Exception as reason:
                self._core.fail(no_secret(name, reason))

    def close(self) -> None:
        if os.getpid() == self._core.pid:
            os.eventfd_write(self._alarm, 1)
        self._core.close()


def no_secret(name: str, reason: Exception) -> BrickworkError:
    """What ends the operations that wait for a secret which its provider could not give."""
    error = BrickworkError.of_shim(
        Status.UNAUTHENTICATED, f"the provider of the secret {name} failed with {type(reason).__name__}; see its cause"
    )
    error.__cause__ = reason
    return error
