"""Calls and watches of the async client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Generic

from brickwork._core import Core, Operation
from brickwork._ports import Pending, Ports
from brickwork._verb import Answer, News, Verb, tells_more_than_the_end


class AsyncCaller:
    """What the methods of the verbs call."""

    def __init__(self, core: Core):
        self.core = core
        self.ports = Ports(core)

    async def call(
        self,
        verb: Verb[News, Answer],
        body: bytes,
        timeout_ms: int,
        on_progress: Callable[[News], object] | None = None,
    ) -> Answer:
        return await self.watch(verb, body, timeout_ms).follow(on_progress)

    def watch(self, verb: Verb[News, Answer], body: bytes, timeout_ms: int) -> AsyncWatch[News, Answer]:
        return AsyncWatch(self, verb, body, timeout_ms)


class AsyncWatch(Generic[News, Answer]):
    """Something that goes on on Databricks, seen from here: from the first wait on, by one task at a time.

    `async for` gives its states as they change, the last one included; `await` waits for the end. Cancelling the
    waiting task, `aclose`, the end of an `async with` or letting go of it stops the watching and never the run:
    client.run.cancel does that.
    """

    def __init__(self, caller: AsyncCaller, verb: Verb[News, Answer], body: bytes, timeout_ms: int):
        self._caller = caller
        self._verb = verb
        self._request = (body, timeout_ms)
        self._pending: Pending | None = None
        self._over = False
        self._answer: Answer | None = None

    def __await__(self) -> Generator[Any, None, Answer]:
        return self.result().__await__()

    async def result(self) -> Answer:
        """The answer at the end. As often as wanted.

        Raises:
            BrickworkError: the verb failed; a run that failed is no error but a verdict
            CancelledError: the task was cancelled; the operation was cancelled too, and has ended
        """
        return await self.follow(None)

    async def follow(self, on_progress: Callable[[News], object] | None) -> Answer:
        """The same, calling back with each news on the way."""
        while not self._over:
            news = await self._step(on_progress is not None, also_at_the_end=True)
            if news is not None and on_progress is not None:
                try:
                    on_progress(news)
                except BaseException:
                    self._end()
                    raise
        return self._answered()

    def __aiter__(self) -> AsyncWatch[News, Answer]:
        return self

    async def __anext__(self) -> News | Answer:
        while not self._over:
            news = await self._step(True)
            if news is not None:
                return news
            if self._over:
                return self._answered()
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Stops watching. Harmless twice."""
        self._end()

    async def __aenter__(self) -> AsyncWatch[News, Answer]:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __del__(self) -> None:
        self._end()

    def _answered(self) -> Answer:
        if self._answer is None:
            raise RuntimeError("this watch was closed, or failed, before its end")
        return self._answer

    def _end(self) -> None:
        self._over = True
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.port.end(pending)

    async def _step(self, wants_news: bool, also_at_the_end: bool = False) -> News | None:
        """Waits for news or the end, whose answer is taken; None if it was that, or news that nobody wants.

        News that come together with the end are skipped by who iterates, because the answer says the same, except for
        lines of a log; a callback hears them, or a short run would be one of which it never heard.
        """
        core = self._caller.core
        try:
            if self._pending is None:
                self._pending = self._caller.ports.here().start(self._verb, *self._request)
            pending = self._pending
            operation: Operation | None = pending.operation
            assert operation is not None
            if not wants_news:
                operation.news = False
            await pending.wait()
            ended = operation.done
            if wants_news and operation.news:
                news = core.peek(self._verb, operation)
                if news is not None and (not ended or also_at_the_end or tells_more_than_the_end(news)):
                    return news
            if not ended:
                return None
            self._answer = core.take(self._verb, operation)
            self._end()
            return None
        except asyncio.CancelledError:
            await self._ended_by_cancel()
            raise
        except BaseException:
            self._end()
            raise

    async def _ended_by_cancel(self) -> None:
        """Asks the operation to stop and sees its DONE; who is cancelled once more waits no longer."""
        pending = self._pending
        if pending is None or pending.operation is None:
            return
        try:
            self._caller.core.cancel(pending.operation)
            while not pending.operation.done:
                pending.operation.news = False
                await pending.wait()
        finally:
            self._end()
