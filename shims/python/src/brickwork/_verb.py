"""What a client needs to know of a verb."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

News = TypeVar("News")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Verb(Generic[News, Answer]):
    """Its number in the ABI, its name, and how to read what comes back."""

    number: int
    name: str
    answer: Callable[[Any], Answer]
    news: Callable[[Any], News] | None


def tells_more_than_the_end(news: object) -> bool:
    """Whether news that came together with the end says what the answer does not: lines of a log are told once."""
    return bool(getattr(news, "logs", None))
