"""The verbs of rest."""

# Written by `python -m generate` from abi/; do not edit.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brickwork._async import AsyncCaller
from brickwork._requests import request
from brickwork._sync import Caller
from brickwork._verb import Verb
from brickwork.documents.rest_response import RestResponse

REST: Verb[None, RestResponse] = Verb(901, "rest", RestResponse.read, None)


class RestVerbs:
    """The verbs of rest."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller):
        self._caller = caller

    def rest(
        self,
        path: str,
        *,
        method: str | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        starts_something: bool | None = None,
        timeout_ms: int = 0,
    ) -> RestResponse:
        """Any endpoint.

        Args:
            query: a list is the same name several times
            body: any JSON
            starts_something: must not reach the server twice; missing: true for POST and PATCH
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, path=path, method=method, query=query, body=body, starts_something=starts_something)
        return self._caller.call(REST, body, timeout_ms)


class AsyncRestVerbs:
    """The verbs of rest."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller):
        self._caller = caller

    async def rest(
        self,
        path: str,
        *,
        method: str | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        starts_something: bool | None = None,
        timeout_ms: int = 0,
    ) -> RestResponse:
        """Any endpoint.

        Args:
            query: a list is the same name several times
            body: any JSON
            starts_something: must not reach the server twice; missing: true for POST and PATCH
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, path=path, method=method, query=query, body=body, starts_something=starts_something)
        return await self._caller.call(REST, body, timeout_ms)
