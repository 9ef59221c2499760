"""What needs neither workspace nor client: brickwork.group.lint, compile, import_. Works in forked children too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brickwork._library import load_library
from brickwork._verb import Answer, News, Verb
from brickwork.verbs.group import PureGroupVerbs


class PureCaller:
    """Calls verbs on this thread."""

    def call(
        self, verb: Verb[News, Answer], body: bytes, timeout_ms: int, on_progress: Callable[[News], Any] | None = None
    ) -> Answer:
        return verb.answer(load_library().call(None, verb.number, body, timeout_ms))


group = PureGroupVerbs(PureCaller())  # type: ignore[arg-type]
