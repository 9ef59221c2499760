"""Secrets on their way to the library: shown nowhere, stored nowhere, pickled never."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeAlias

from brickwork.errors import BrickworkError, Status


class Secret:
    """A secret and when it ends (Unix time in ms; 0: not known). A provider that knows the end gives one of these."""

    __slots__ = ("_value", "expires_at_ms")

    def __init__(self, value: str, expires_at_ms: int = 0):
        self._value = value
        self.expires_at_ms = expires_at_ms

    def encoded(self, name: str) -> bytes:
        try:
            return self._value.encode()
        except UnicodeEncodeError:
            reason = "cannot be written as UTF-8"
        except AttributeError:
            reason = "is not text"
        # Not chained: the error of Python quotes the value.
        raise BrickworkError.of_shim(Status.INVALID_ARGUMENT, f"the secret {name} {reason}") from None

    def __repr__(self) -> str:
        return f"Secret('***', expires_at_ms={self.expires_at_ms})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled; let the other process ask for one itself")


Given: TypeAlias = str | Secret
Provider: TypeAlias = Callable[[], Given | Awaitable[Given]]


def as_secret(given: Given) -> Secret:
    return given if isinstance(given, Secret) else Secret(given)
