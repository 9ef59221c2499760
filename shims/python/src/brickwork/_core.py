"""One client of the library, and what is under way in it: what the sync and the async client share.

Threads: every call into the library happens under one reentrant lock, so that a client cannot be closed under a call.
None of those calls waits for anything; who waits (the sync client in `poll`, the async one in its loop) holds no lock.
The lock is reentrant because the garbage collector may end a watch in the middle of another call of the same thread.
"""

from __future__ import annotations

import ctypes
import json
import os
import threading
import weakref
from collections.abc import Callable
from ctypes import byref, c_int32, c_size_t, c_uint64, c_void_p
from typing import Any

from brickwork import _abi, _log
from brickwork._library import Library
from brickwork._secrets import Provider, Secret
from brickwork._verb import Answer, News, Verb
from brickwork.errors import BrickworkError, Status

BATCH = 64  # events of one call


class Operation:
    """One verb under way. `wake` is called, on whatever thread drains, for each news and for the end."""

    __slots__ = ("__weakref__", "done", "failure", "id", "news", "tag", "wake")

    def __init__(self, tag: int, wake: Callable[[], None]):
        self.tag = tag
        self.wake = wake
        self.id = c_uint64()  # written by the library
        self.done = False
        self.news = False
        self.failure: BaseException | None = None  # instead of an outcome, when it will never have one


class Core:
    def __init__(self, library: Library, connection: bytes, secrets: dict[str, Provider]):
        self.library = library
        self.providers = secrets
        self.pid = os.getpid()
        self.lock = threading.RLock()
        self.under_way: dict[int, Operation] = {}
        self.wants_log = self.wants_secret = False
        self._tag = 0
        self._events = (_abi.Event * BATCH)()
        self._count = c_size_t()  # in _events; both are the library's to write, so that no interrupt can lose an event
        self._next = 0
        self._handle = self._open(connection)
        # At the interpreter's exit nothing is closed: the library does not need it, and it might have to wait.
        self.closing = weakref.finalize(self, library.client_close, self._handle)
        self.closing.atexit = False

    def _open(self, connection: bytes) -> int:
        opening = _abi.Open(ctypes.sizeof(_abi.Open), 0, _abi.Text(connection, len(connection)), None, None)
        client, error = c_void_p(), c_void_p()
        code = self.library.client_open(byref(opening), byref(client), byref(error))
        if code != Status.OK or client.value is None:
            raise self.library.error(code, error)
        return client.value

    # ---- guards

    @property
    def closed(self) -> bool:
        return not self.closing.alive

    def check(self) -> None:
        """Before any lock is taken: in a forked child it may be held by a thread that is not there."""
        if os.getpid() != self.pid:
            raise BrickworkError.of_shim(
                Status.FORKED,
                "this client belongs to the process that forked this one; open a new one here, after the fork "
                "(multiprocessing: in the worker or its initializer; gunicorn: in post_fork)",
            )
        if self.closed:
            raise BrickworkError.of_shim(Status.FAILED_PRECONDITION, "this client was closed; open another one")

    # ---- operations

    def start(self, verb: Verb[Any, Any], body: bytes, timeout_ms: int, wake: Callable[[], None]) -> Operation:
        self.check()
        spec = _abi.OpSpec(ctypes.sizeof(_abi.OpSpec), verb.number, 0, timeout_ms, _abi.Text(body, len(body)))
        error = c_void_p()
        with self.lock:
            self.check()
            self._tag += 1
            operation = Operation(self._tag, wake)
            spec.tag = operation.tag
            self.under_way[operation.tag] = operation
            try:
                code = self.library.op_start(self._handle, byref(spec), byref(operation.id), byref(error))
                if code != Status.OK:
                    raise self.library.error(code, error)
            except BaseException:  # also Ctrl-C behind a start that was accepted
                self.drop(operation)
                raise
        return operation

    def cancel(self, operation: Operation) -> None:
        """Its DONE still comes."""
        with self.lock:
            if not self.closed:
                self.library.op_cancel(self._handle, operation.id)

    def drop(self, operation: Operation) -> None:
        """Forgets it: cancelled if it runs, no event of it any more. Harmless twice, and in a forked child."""
        if os.getpid() != self.pid:
            return
        with self.lock:
            if self.under_way.pop(operation.tag, None) is not None and operation.id.value and not self.closed:
                self.library.op_drop(self._handle, operation.id)

    def take(self, verb: Verb[Any, Answer], operation: Operation) -> Answer:
        """The outcome of an operation that is done."""
        with self.lock:
            if operation.failure is not None:
                self.drop(operation)
                raise operation.failure
            answer, error = _abi.Bytes(), c_void_p()
            try:
                code = self.library.op_take(self._handle, operation.id, byref(answer), byref(error))
                if code == Status.OK:
                    text = self.library.taken(answer)
                else:
                    raise self.library.error(code, error)
            finally:
                self.drop(operation)
        return verb.answer(json.loads(text))

    def peek(self, verb: Verb[News, Any], operation: Operation) -> News | None:
        """The latest news, as often as wanted; None before the first."""
        operation.news = False
        latest = _abi.Bytes()
        with self.lock:
            if self.closed or verb.news is None or operation.failure is not None:
                return None
            if self.library.op_peek(self._handle, operation.id, byref(latest)) != Status.OK:
                return None
            text = self.library.taken(latest)
        return verb.news(json.loads(text))

    # ---- events

    def event_fd(self) -> int:
        fd = c_int32()
        with self.lock:
            self.check()
            code = self.library.client_event_fd(self._handle, byref(fd))
        if code != Status.OK:
            raise self.library.error(code)
        return fd.value

    def drain(self) -> None:
        """Hands out all events that wait. What an interrupt leaves is handed out by the next call."""
        with self.lock:
            while not self.closed:
                while self._next < self._count.value:
                    self._deliver(self._events[self._next])
                    self._next += 1
                self._count.value = 0
                self._next = 0
                self.library.events_drain(
                    self._handle, self._events, ctypes.sizeof(_abi.Event), BATCH, byref(self._count)
                )
                if self._count.value == 0:
                    return

    def _deliver(self, event: _abi.Event) -> None:
        if event.kind == _abi.EV_LOG:
            self.wants_log = True
        elif event.kind == _abi.EV_SECRET:
            self.wants_secret = True
        operation = self.under_way.get(event.tag)
        if operation is None:
            return
        if event.kind == _abi.EV_DONE:
            operation.done = True
        elif event.kind == _abi.EV_PROGRESS:
            operation.news = True
        operation.wake()

    def fail(self, reason: BaseException) -> None:
        """Ends everything under way with this reason."""
        with self.lock:
            for operation in list(self.under_way.values()):
                operation.failure, operation.done = reason, True
                operation.wake()

    # ---- what the client is asked for, besides operations

    def set_secret(self, name: str, secret: Secret) -> None:
        self.check()
        error = c_void_p()
        value = secret.encoded(name)
        with self.lock:
            self.check()
            code = self.library.client_set_secret(
                self._handle, name.encode(), value, len(value), secret.expires_at_ms, byref(error)
            )
        if code != Status.OK:
            raise self.library.error(code, error)

    def write_log(self) -> None:
        """To `logging`; outside of the lock, because handlers do what they like."""
        self.wants_log = False
        lines = _abi.Bytes()
        with self.lock:
            if self.closed or self.library.log_take(self._handle, byref(lines)) != Status.OK:
                return
            text = self.library.taken(lines)
        _log.write(text.decode(errors="replace"))

    # ---- the end

    def close(self) -> None:
        """Ends the client; what waits in it gets CANCELLED. Runs go on. Harmless twice, and after a fork."""
        if os.getpid() != self.pid:
            self.closing()
            return
        self.drain()
        if self.wants_log:
            self.write_log()
        with self.lock:
            if self.closed:
                return
            self.fail(
                BrickworkError.of_shim(
                    Status.CANCELLED, "the client was closed meanwhile; a run that was started goes on"
                )
            )
            self.under_way.clear()
            self.closing()
