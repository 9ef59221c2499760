"""Single notebooks."""

# Written by `python -m generate` from abi/; do not edit.
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brickwork._async import AsyncCaller
from brickwork._requests import Parameters, request
from brickwork._sync import Caller
from brickwork._verb import Verb
from brickwork.documents.group_run_progress import GroupRunProgress
from brickwork.documents.notebook_run_response import NotebookRunResponse

NOTEBOOK_RUN: Verb[GroupRunProgress, NotebookRunResponse] = Verb(
    301,
    "notebook.run",
    NotebookRunResponse.read,
    GroupRunProgress.read,
)


class NotebookVerbs:
    """Single notebooks."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller):
        self._caller = caller

    def run(
        self,
        notebook_path: str,
        *,
        parameters: Parameters | None = None,
        source: str | None = None,
        existing_cluster_id: str | None = None,
        new_cluster: Mapping[str, Any] | None = None,
        environment_key: str | None = None,
        launch_key: str | None = None,
        timeout_seconds: int | None = None,
        libraries: Sequence[Mapping[str, Any]] | None = None,
        poll_ms: int | None = None,
        interval_ms: Mapping[str, Any] | None = None,
        on_progress: Callable[[GroupRunProgress], object] | None = None,
        timeout_ms: int = 0,
    ) -> NotebookRunResponse:
        """One notebook without a saved job, to its end.

        Args:
            parameters: names and values
            poll_ms: how often to look, always; 0 or missing: the connection's poll_ms, and without one an interval
                that adapts
            interval_ms: limits of an interval that adapts to what is known of the run; wins over poll_ms
            on_progress: called with each news, in the thread or loop that waits
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            notebook_path=notebook_path,
            parameters=parameters,
            source=source,
            existing_cluster_id=existing_cluster_id,
            new_cluster=new_cluster,
            environment_key=environment_key,
            launch_key=launch_key,
            timeout_seconds=timeout_seconds,
            libraries=libraries,
            poll_ms=poll_ms,
            interval_ms=interval_ms,
        )
        return self._caller.call(NOTEBOOK_RUN, body, timeout_ms, on_progress)


class AsyncNotebookVerbs:
    """Single notebooks."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller):
        self._caller = caller

    async def run(
        self,
        notebook_path: str,
        *,
        parameters: Parameters | None = None,
        source: str | None = None,
        existing_cluster_id: str | None = None,
        new_cluster: Mapping[str, Any] | None = None,
        environment_key: str | None = None,
        launch_key: str | None = None,
        timeout_seconds: int | None = None,
        libraries: Sequence[Mapping[str, Any]] | None = None,
        poll_ms: int | None = None,
        interval_ms: Mapping[str, Any] | None = None,
        on_progress: Callable[[GroupRunProgress], object] | None = None,
        timeout_ms: int = 0,
    ) -> NotebookRunResponse:
        """One notebook without a saved job, to its end.

        Args:
            parameters: names and values
            poll_ms: how often to look, always; 0 or missing: the connection's poll_ms, and without one an interval
                that adapts
            interval_ms: limits of an interval that adapts to what is known of the run; wins over poll_ms
            on_progress: called with each news, in the thread or loop that waits
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            notebook_path=notebook_path,
            parameters=parameters,
            source=source,
            existing_cluster_id=existing_cluster_id,
            new_cluster=new_cluster,
            environment_key=environment_key,
            launch_key=launch_key,
            timeout_seconds=timeout_seconds,
            libraries=libraries,
            poll_ms=poll_ms,
            interval_ms=interval_ms,
        )
        return await self._caller.call(NOTEBOOK_RUN, body, timeout_ms, on_progress)
