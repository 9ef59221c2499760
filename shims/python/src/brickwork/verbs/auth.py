"""The login."""

# Written by `python -m generate` from abi/; do not edit.
from __future__ import annotations

from brickwork._async import AsyncCaller
from brickwork._requests import request
from brickwork._sync import Caller
from brickwork._verb import Verb
from brickwork.documents.auth_check_response import AuthCheckResponse

AUTH_CHECK: Verb[None, AuthCheckResponse] = Verb(801, "auth.check", AuthCheckResponse.read, None)


class AuthVerbs:
    """The login."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller):
        self._caller = caller

    def check(self, *, timeout_ms: int = 0) -> AuthCheckResponse:
        """Who the workspace takes the client for.

        Args:
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None)
        return self._caller.call(AUTH_CHECK, body, timeout_ms)


class AsyncAuthVerbs:
    """The login."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller):
        self._caller = caller

    async def check(self, *, timeout_ms: int = 0) -> AuthCheckResponse:
        """Who the workspace takes the client for.

        Args:
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None)
        return await self._caller.call(AUTH_CHECK, body, timeout_ms)
