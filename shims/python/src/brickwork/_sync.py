"""Calls and watches of the sync client."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Generic

from brickwork._core import Core, Operation
from brickwork._verb import Answer, News, Verb, tells_more_than_the_end
from brickwork._waiting import Waiting


class Caller:
    """What the methods of the verbs call."""

    def __init__(self, core: Core):
        self.core = core
        self.waiting = Waiting(core)

    def call(
        self,
        verb: Verb[News, Answer],
        body: bytes,
        timeout_ms: int,
        on_progress: Callable[[News], object] | None = None,
    ) -> Answer:
        watch = self.watch(verb, body, timeout_ms)
        return watch.result() if on_progress is None else watch.follow(on_progress)

    def watch(self, verb: Verb[News, Answer], body: bytes, timeout_ms: int) -> Watch[News, Answer]:
        return Watch(self, verb, body, timeout_ms)


class Watch(Generic[News, Answer]):
    """Something that goes on on Databricks, seen from here: from the first wait on, by one thread.

    Iterating gives its states as they change, the last one included; `result` waits for the end. Whoever stops
    looking (`close`, the end of a `with`, Ctrl-C, letting go of it) stops the watching and never the run:
    client.run.cancel does that.
    """

    def __init__(self, caller: Caller, verb: Verb[News, Answer], body: bytes, timeout_ms: int):
        self._caller = caller
        self._verb = verb
        self._request = (body, timeout_ms)
        self._operation: Operation | None = None
        self._event = threading.Event()
        self._over = False
        self._answer: Answer | None = None

    def result(self) -> Answer:
        """The answer at the end. As often as wanted.

        Raises:
            BrickworkError: the verb failed; a run that failed is no error but a verdict
            KeyboardInterrupt: Ctrl-C, at once
        """
        while not self._over:
            self._wait(forget_news=True)
        return self._answered()

    def follow(self, on_progress: Callable[[News], object]) -> Answer:
        """The same, calling back with each news on the way."""
        while True:
            news = self._step(also_at_the_end=True)
            if news is None:
                return self._answered()
            try:
                on_progress(news)
            except BaseException:
                self.close()
                raise

    def __iter__(self) -> Watch[News, Answer]:
        return self

    def __next__(self) -> News | Answer:
        if self._over:
            raise StopIteration
        news = self._step()
        return self._answered() if news is None else news

    def close(self) -> None:
        """Stops watching. Harmless twice."""
        self._over = True
        if self._operation is not None:
            self._caller.core.drop(self._operation)

    def __enter__(self) -> Watch[News, Answer]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _answered(self) -> Answer:
        if self._answer is None:
            raise RuntimeError("this watch was closed, or failed, before its end")
        return self._answer

    def _step(self, also_at_the_end: bool = False) -> News | None:
        """The next news; None at the end, when the answer is there.

        News that come together with the end are skipped by who iterates, because the answer says the same, except for
        lines of a log; a callback hears them, or a short run would be one of which it never heard.
        """
        while not self._over:
            self._wait()
            if not self._over:
                operation = self._running()
                ended = operation.done
                news = self._caller.core.peek(self._verb, operation)
                if news is not None and (not ended or also_at_the_end or tells_more_than_the_end(news)):
                    return news
        return None

    def _running(self) -> Operation:
        if self._operation is None:
            self._operation = self._caller.core.start(self._verb, *self._request, self._event.set)
        return self._operation

    def _wait(self, forget_news: bool = False) -> None:
        """Until there is news or the end, whose answer is taken once the news was looked at."""
        core = self._caller.core
        try:
            operation = self._running()
            if forget_news:
                operation.news = False
            self._caller.waiting.wait(operation, self._event)
            if operation.done and (forget_news or not operation.news):
                self._over = True
                self._answer = core.take(self._verb, operation)
        except BaseException:
            self.close()
            raise
