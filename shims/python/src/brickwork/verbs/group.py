"""Task groups: check, compile, launch, run."""

# Written by `python -m generate` from abi/; do not edit.
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brickwork._async import AsyncCaller
from brickwork._requests import GroupLike, Parameters, request
from brickwork._sync import Caller
from brickwork._verb import Verb
from brickwork.documents.group_compile_response import GroupCompileResponse
from brickwork.documents.group_import_response import GroupImportResponse
from brickwork.documents.group_launch_response import GroupLaunchResponse
from brickwork.documents.group_lint_response import GroupLintResponse
from brickwork.documents.group_run_progress import GroupRunProgress
from brickwork.documents.group_run_response import GroupRunResponse

GROUP_LINT: Verb[None, GroupLintResponse] = Verb(101, "group.lint", GroupLintResponse.read, None)
GROUP_COMPILE: Verb[None, GroupCompileResponse] = Verb(102, "group.compile", GroupCompileResponse.read, None)
GROUP_LAUNCH: Verb[None, GroupLaunchResponse] = Verb(103, "group.launch", GroupLaunchResponse.read, None)
GROUP_RUN: Verb[GroupRunProgress, GroupRunResponse] = Verb(
    104,
    "group.run",
    GroupRunResponse.read,
    GroupRunProgress.read,
)
GROUP_IMPORT: Verb[None, GroupImportResponse] = Verb(105, "group.import", GroupImportResponse.read, None)


class PureGroupVerbs:
    """What needs neither workspace nor login."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller):
        self._caller = caller

    def lint(self, group: GroupLike, *, timeout_ms: int = 0) -> GroupLintResponse:
        """Every finding of a group.

        Args:
            group: group/1; what is wrong with it is reported as findings, so its shape is not a condition here
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, group=group)
        return self._caller.call(GROUP_LINT, body, timeout_ms)

    def compile(self, group: GroupLike, *, parity: str | None = None, timeout_ms: int = 0) -> GroupCompileResponse:
        """A group as Databricks job settings.

        Args:
            group: group/1; what is wrong with it is reported as findings, so its shape is not a condition here
            parity: as if the group said dialect airflow
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, group=group, parity=parity)
        return self._caller.call(GROUP_COMPILE, body, timeout_ms)

    def import_(
        self,
        settings: Any,
        *,
        has_more: bool | None = None,
        next_page_token: str | None = None,
        timeout_ms: int = 0,
    ) -> GroupImportResponse:
        """The settings of a job as a group; an answer of jobs/get is one as it is.

        Args:
            settings: of the Jobs API 2.2; what is wrong with them is reported as findings, so their shape is not a
                condition here
            has_more: of jobs/get: tasks on further pages must be put in first
            next_page_token: of jobs/get: as has_more
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, settings=settings, has_more=has_more, next_page_token=next_page_token)
        return self._caller.call(GROUP_IMPORT, body, timeout_ms)


class GroupVerbs(PureGroupVerbs):
    """Task groups: check, compile, launch, run."""

    __slots__ = ()

    def launch(
        self,
        group: GroupLike,
        *,
        parameters: Parameters | None = None,
        launch_key: str | None = None,
        only: Sequence[str] | None = None,
        state: bool | None = None,
        timeout_ms: int = 0,
    ) -> GroupLaunchResponse:
        """Find or make the job, start one run for each launch key.

        Args:
            parameters: names and values
            launch_key: overrides the policy's
            only: paths; + before or behind adds what comes before or after
            state: also look at the run once: the answer has its state, and says attached for what another process
                launched, too
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, group=group, parameters=parameters, launch_key=launch_key, only=only, state=state)
        return self._caller.call(GROUP_LAUNCH, body, timeout_ms)

    def run(
        self,
        group: GroupLike,
        *,
        parameters: Parameters | None = None,
        launch_key: str | None = None,
        only: Sequence[str] | None = None,
        repair: Mapping[str, Any] | None = None,
        poll_ms: int | None = None,
        interval_ms: Mapping[str, Any] | None = None,
        insight: Any = None,
        logs: Any = None,
        lease: Mapping[str, Any] | None = None,
        instead_of: Any = None,
        on_progress: Callable[[GroupRunProgress], object] | None = None,
        timeout_ms: int = 0,
    ) -> GroupRunResponse:
        """Launch, watch, repair as the policy says.

        Args:
            parameters: names and values
            launch_key: overrides the policy's
            only: paths; + before or behind adds what comes before or after
            repair: overrides the policy's
            poll_ms: how often to look, always; 0 or missing: the connection's poll_ms, and without one an interval
                that adapts
            interval_ms: limits of an interval that adapts to what is known of the run; wins over poll_ms
            insight: true: where the time of the run went, as member insight of the answer's state; an object: with
                an estimate of DBU made with these rates
            logs: true: follow what the clusters of the run print, where their cluster_log_conf names a volume or
                DBFS; new lines come as member logs of progress
            lease: a sign of life in a file while this operation goes on: run.sweep cancels the run of a launcher
                that died (policy on_abandon cancel)
            instead_of: a run (handle, run_id or url in an object, or its id) that is cancelled first; the launch
                waits until it has stopped
            on_progress: called with each news, in the thread or loop that waits
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            group=group,
            parameters=parameters,
            launch_key=launch_key,
            only=only,
            repair=repair,
            poll_ms=poll_ms,
            interval_ms=interval_ms,
            insight=insight,
            logs=logs,
            lease=lease,
            instead_of=instead_of,
        )
        return self._caller.call(GROUP_RUN, body, timeout_ms, on_progress)


class AsyncPureGroupVerbs:
    """What needs neither workspace nor login."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller):
        self._caller = caller

    async def lint(self, group: GroupLike, *, timeout_ms: int = 0) -> GroupLintResponse:
        """Every finding of a group.

        Args:
            group: group/1; what is wrong with it is reported as findings, so its shape is not a condition here
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, group=group)
        return await self._caller.call(GROUP_LINT, body, timeout_ms)

    async def compile(
        self,
        group: GroupLike,
        *,
        parity: str | None = None,
        timeout_ms: int = 0,
    ) -> GroupCompileResponse:
        """A group as Databricks job settings.

        Args:
            group: group/1; what is wrong with it is reported as findings, so its shape is not a condition here
            parity: as if the group said dialect airflow
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, group=group, parity=parity)
        return await self._caller.call(GROUP_COMPILE, body, timeout_ms)

    async def import_(
        self,
        settings: Any,
        *,
        has_more: bool | None = None,
        next_page_token: str | None = None,
        timeout_ms: int = 0,
    ) -> GroupImportResponse:
        """The settings of a job as a group; an answer of jobs/get is one as it is.

        Args:
            settings: of the Jobs API 2.2; what is wrong with them is reported as findings, so their shape is not a
                condition here
            has_more: of jobs/get: tasks on further pages must be put in first
            next_page_token: of jobs/get: as has_more
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, settings=settings, has_more=has_more, next_page_token=next_page_token)
        return await self._caller.call(GROUP_IMPORT, body, timeout_ms)


class AsyncGroupVerbs(AsyncPureGroupVerbs):
    """Task groups: check, compile, launch, run."""

    __slots__ = ()

    async def launch(
        self,
        group: GroupLike,
        *,
        parameters: Parameters | None = None,
        launch_key: str | None = None,
        only: Sequence[str] | None = None,
        state: bool | None = None,
        timeout_ms: int = 0,
    ) -> GroupLaunchResponse:
        """Find or make the job, start one run for each launch key.

        Args:
            parameters: names and values
            launch_key: overrides the policy's
            only: paths; + before or behind adds what comes before or after
            state: also look at the run once: the answer has its state, and says attached for what another process
                launched, too
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, group=group, parameters=parameters, launch_key=launch_key, only=only, state=state)
        return await self._caller.call(GROUP_LAUNCH, body, timeout_ms)

    async def run(
        self,
        group: GroupLike,
        *,
        parameters: Parameters | None = None,
        launch_key: str | None = None,
        only: Sequence[str] | None = None,
        repair: Mapping[str, Any] | None = None,
        poll_ms: int | None = None,
        interval_ms: Mapping[str, Any] | None = None,
        insight: Any = None,
        logs: Any = None,
        lease: Mapping[str, Any] | None = None,
        instead_of: Any = None,
        on_progress: Callable[[GroupRunProgress], object] | None = None,
        timeout_ms: int = 0,
    ) -> GroupRunResponse:
        """Launch, watch, repair as the policy says.

        Args:
            parameters: names and values
            launch_key: overrides the policy's
            only: paths; + before or behind adds what comes before or after
            repair: overrides the policy's
            poll_ms: how often to look, always; 0 or missing: the connection's poll_ms, and without one an interval
                that adapts
            interval_ms: limits of an interval that adapts to what is known of the run; wins over poll_ms
            insight: true: where the time of the run went, as member insight of the answer's state; an object: with
                an estimate of DBU made with these rates
            logs: true: follow what the clusters of the run print, where their cluster_log_conf names a volume or
                DBFS; new lines come as member logs of progress
            lease: a sign of life in a file while this operation goes on: run.sweep cancels the run of a launcher
                that died (policy on_abandon cancel)
            instead_of: a run (handle, run_id or url in an object, or its id) that is cancelled first; the launch
                waits until it has stopped
            on_progress: called with each news, in the thread or loop that waits
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            None,
            group=group,
            parameters=parameters,
            launch_key=launch_key,
            only=only,
            repair=repair,
            poll_ms=poll_ms,
            interval_ms=interval_ms,
            insight=insight,
            logs=logs,
            lease=lease,
            instead_of=instead_of,
        )
        return await self._caller.call(GROUP_RUN, body, timeout_ms, on_progress)
