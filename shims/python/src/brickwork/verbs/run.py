"""Runs: look, watch, read, cancel, repair."""

# Written by `python -m generate` from abi/; do not edit.
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from brickwork._async import AsyncCaller, AsyncWatch
from brickwork._requests import GroupLike, Parameters, RunLike, request
from brickwork._sync import Caller, Watch
from brickwork._verb import Verb
from brickwork.documents.plan import Plan
from brickwork.documents.run_attach_response import RunAttachResponse
from brickwork.documents.run_cancel_response import RunCancelResponseOrState, read_run_cancel_response_or_state
from brickwork.documents.run_notify_response import RunNotifyResponse
from brickwork.documents.run_output_response import RunOutputResponse
from brickwork.documents.run_repair_response import RunRepairResponse
from brickwork.documents.run_sweep_response import RunSweepResponse
from brickwork.documents.run_trace_response import RunTraceResponse
from brickwork.documents.state import State

RUN_ATTACH: Verb[None, RunAttachResponse] = Verb(201, "run.attach", RunAttachResponse.read, None)
RUN_GET: Verb[None, State] = Verb(202, "run.get", State.read, None)
RUN_WATCH: Verb[State, State] = Verb(203, "run.watch", State.read, State.read)
RUN_OUTPUT: Verb[None, RunOutputResponse] = Verb(204, "run.output", RunOutputResponse.read, None)
RUN_CANCEL: Verb[State, RunCancelResponseOrState] = Verb(
    205,
    "run.cancel",
    read_run_cancel_response_or_state,
    State.read,
)
RUN_REPAIR_PLAN: Verb[None, Plan] = Verb(206, "run.repair_plan", Plan.read, None)
RUN_REPAIR: Verb[None, RunRepairResponse] = Verb(207, "run.repair", RunRepairResponse.read, None)
RUN_TRACE: Verb[None, RunTraceResponse] = Verb(208, "run.trace", RunTraceResponse.read, None)
RUN_NOTIFY: Verb[None, RunNotifyResponse] = Verb(209, "run.notify", RunNotifyResponse.read, None)
RUN_SWEEP: Verb[None, RunSweepResponse] = Verb(210, "run.sweep", RunSweepResponse.read, None)


class RunVerbs:
    """Runs: look, watch, read, cancel, repair."""

    __slots__ = ("_caller",)

    def __init__(self, caller: Caller):
        self._caller = caller

    def attach(
        self,
        run: RunLike | None = None,
        *,
        launch_key: str | None = None,
        group: GroupLike | None = None,
        job_name: str | None = None,
        timeout_ms: int = 0,
    ) -> RunAttachResponse:
        """The handle of a run known otherwise.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            group: group/1 that was launched with the key
            job_name: of the job that was launched with the key
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, launch_key=launch_key, group=group, job_name=job_name)
        return self._caller.call(RUN_ATTACH, body, timeout_ms)

    def get(self, run: RunLike, *, insight: Any = None, timeout_ms: int = 0) -> State:
        """The state of a run, now.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            insight: true: where the time of the run went, as member insight of the answer's state; an object: with
                an estimate of DBU made with these rates
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, insight=insight)
        return self._caller.call(RUN_GET, body, timeout_ms)

    def watch(
        self,
        run: RunLike,
        *,
        task: str | None = None,
        poll_ms: int | None = None,
        interval_ms: Mapping[str, Any] | None = None,
        insight: Any = None,
        logs: Any = None,
        timeout_ms: int = 0,
    ) -> Watch[State, State]:
        """Follow a run, or one task of it, to its end.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            task: names of groups and the task, joined by /; without a handle the task_key. The state then lists
                what was named alone, unless insight or logs are asked for, which are of the whole run
            poll_ms: how often to look, always; 0 or missing: the connection's poll_ms, and without one an interval
                that adapts
            interval_ms: limits of an interval that adapts to what is known of the run; wins over poll_ms
            insight: true: where the time of the run went, as member insight of the answer's state; an object: with
                an estimate of DBU made with these rates
            logs: true: follow what the clusters of the run print, where their cluster_log_conf names a volume or
                DBFS; new lines come as member logs of progress
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, task=task, poll_ms=poll_ms, interval_ms=interval_ms, insight=insight, logs=logs)
        return self._caller.watch(RUN_WATCH, body, timeout_ms)

    def output(
        self,
        run: RunLike,
        *,
        tasks: Sequence[str] | None = None,
        attempts: Any = None,
        only_failed: bool | None = None,
        children: bool | None = None,
        timeout_ms: int = 0,
    ) -> RunOutputResponse:
        """Exit values, logs, errors and traces.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            tasks: paths of tasks or groups; missing: all
            attempts: latest when it is missing; all; or the run ids of attempts, as the state's tasks list them
            only_failed: only what failed or timed out by itself
            children: also the outputs of the runs that run-job tasks started and of the iterations of for-each
                tasks, up to 500
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, tasks=tasks, attempts=attempts, only_failed=only_failed, children=children)
        return self._caller.call(RUN_OUTPUT, body, timeout_ms)

    def cancel(
        self,
        run: RunLike,
        *,
        tasks: Sequence[str] | None = None,
        wait: bool | None = None,
        poll_ms: int | None = None,
        interval_ms: Mapping[str, Any] | None = None,
        on_progress: Callable[[State], object] | None = None,
        timeout_ms: int = 0,
    ) -> RunCancelResponseOrState:
        """Stop a run or tasks of it.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            tasks: paths; missing: the whole run
            wait: until they have stopped
            poll_ms: how often to look, always; 0 or missing: the connection's poll_ms, and without one an interval
                that adapts
            interval_ms: limits of an interval that adapts to what is known of the run; wins over poll_ms
            on_progress: called with each news, in the thread or loop that waits
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, tasks=tasks, wait=wait, poll_ms=poll_ms, interval_ms=interval_ms)
        return self._caller.call(RUN_CANCEL, body, timeout_ms, on_progress)

    def repair_plan(
        self,
        run: RunLike,
        *,
        tasks: Sequence[str] | None = None,
        dependents: bool | None = None,
        timeout_ms: int = 0,
    ) -> Plan:
        """What a repair would do; changes nothing.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            tasks: paths; missing: all that failed
            dependents: also what comes after them
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, tasks=tasks, dependents=dependents)
        return self._caller.call(RUN_REPAIR_PLAN, body, timeout_ms)

    def repair(
        self,
        run: RunLike,
        *,
        tasks: Sequence[str] | None = None,
        dependents: bool | None = None,
        parameters: Parameters | None = None,
        drift: str | None = None,
        group: GroupLike | None = None,
        plan: Mapping[str, Any] | None = None,
        asked_by: str | None = None,
        wait: bool | None = None,
        poll_ms: int | None = None,
        timeout_ms: int = 0,
    ) -> RunRepairResponse:
        """Run again what failed, or the named tasks.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            tasks: paths; missing: all that failed
            dependents: also what comes after them
            parameters: names and values
            drift: when the job's settings changed since the launch: refuse (default), repair with the new ones, or
                put the launched ones back for the repair
            group: group/1 that was launched; needed to restore its settings
            plan: plan/1 of run.repair_plan, given back
            asked_by: who asks, for the history in the state; "request" when left out
            wait: a run that is still active is watched to its end first
            poll_ms: how often to look while waiting; 0 or missing: the connection's
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            run,
            tasks=tasks,
            dependents=dependents,
            parameters=parameters,
            drift=drift,
            group=group,
            plan=plan,
            asked_by=asked_by,
            wait=wait,
            poll_ms=poll_ms,
        )
        return self._caller.call(RUN_REPAIR, body, timeout_ms)

    def trace(
        self,
        run: RunLike,
        *,
        format: str | None = None,
        traceparent: str | None = None,
        lineage: Mapping[str, Any] | None = None,
        timeout_ms: int = 0,
    ) -> RunTraceResponse:
        """A run as spans of OpenTelemetry or as events of OpenLineage.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            format: otlp when it is missing
            traceparent: header of W3C Trace Context: the run's span becomes a part of this span of the host
            lineage: what only the host knows of its lineage
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, format=format, traceparent=traceparent, lineage=lineage)
        return self._caller.call(RUN_TRACE, body, timeout_ms)

    def notify(self, event: Mapping[str, Any], *, timeout_ms: int = 0) -> RunNotifyResponse:
        """What a webhook of Databricks jobs posted; whoever watches its run looks at once.

        Args:
            event: the body as it came; whether it came from Databricks is the host's to check. It is only a reason
                to look: what is told about the run comes from the workspace
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, event=event)
        return self._caller.call(RUN_NOTIFY, body, timeout_ms)

    def sweep(self, lease: Mapping[str, Any], *, wait: bool | None = None, timeout_ms: int = 0) -> RunSweepResponse:
        """End the runs whose launchers died.

        Args:
            wait: long enough to decide about each lease that is there; without it two sweeps of one client are
                needed
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, lease=lease, wait=wait)
        return self._caller.call(RUN_SWEEP, body, timeout_ms)


class AsyncRunVerbs:
    """Runs: look, watch, read, cancel, repair."""

    __slots__ = ("_caller",)

    def __init__(self, caller: AsyncCaller):
        self._caller = caller

    async def attach(
        self,
        run: RunLike | None = None,
        *,
        launch_key: str | None = None,
        group: GroupLike | None = None,
        job_name: str | None = None,
        timeout_ms: int = 0,
    ) -> RunAttachResponse:
        """The handle of a run known otherwise.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            group: group/1 that was launched with the key
            job_name: of the job that was launched with the key
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, launch_key=launch_key, group=group, job_name=job_name)
        return await self._caller.call(RUN_ATTACH, body, timeout_ms)

    async def get(self, run: RunLike, *, insight: Any = None, timeout_ms: int = 0) -> State:
        """The state of a run, now.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            insight: true: where the time of the run went, as member insight of the answer's state; an object: with
                an estimate of DBU made with these rates
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, insight=insight)
        return await self._caller.call(RUN_GET, body, timeout_ms)

    def watch(
        self,
        run: RunLike,
        *,
        task: str | None = None,
        poll_ms: int | None = None,
        interval_ms: Mapping[str, Any] | None = None,
        insight: Any = None,
        logs: Any = None,
        timeout_ms: int = 0,
    ) -> AsyncWatch[State, State]:
        """Follow a run, or one task of it, to its end.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            task: names of groups and the task, joined by /; without a handle the task_key. The state then lists
                what was named alone, unless insight or logs are asked for, which are of the whole run
            poll_ms: how often to look, always; 0 or missing: the connection's poll_ms, and without one an interval
                that adapts
            interval_ms: limits of an interval that adapts to what is known of the run; wins over poll_ms
            insight: true: where the time of the run went, as member insight of the answer's state; an object: with
                an estimate of DBU made with these rates
            logs: true: follow what the clusters of the run print, where their cluster_log_conf names a volume or
                DBFS; new lines come as member logs of progress
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, task=task, poll_ms=poll_ms, interval_ms=interval_ms, insight=insight, logs=logs)
        return self._caller.watch(RUN_WATCH, body, timeout_ms)

    async def output(
        self,
        run: RunLike,
        *,
        tasks: Sequence[str] | None = None,
        attempts: Any = None,
        only_failed: bool | None = None,
        children: bool | None = None,
        timeout_ms: int = 0,
    ) -> RunOutputResponse:
        """Exit values, logs, errors and traces.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            tasks: paths of tasks or groups; missing: all
            attempts: latest when it is missing; all; or the run ids of attempts, as the state's tasks list them
            only_failed: only what failed or timed out by itself
            children: also the outputs of the runs that run-job tasks started and of the iterations of for-each
                tasks, up to 500
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, tasks=tasks, attempts=attempts, only_failed=only_failed, children=children)
        return await self._caller.call(RUN_OUTPUT, body, timeout_ms)

    async def cancel(
        self,
        run: RunLike,
        *,
        tasks: Sequence[str] | None = None,
        wait: bool | None = None,
        poll_ms: int | None = None,
        interval_ms: Mapping[str, Any] | None = None,
        on_progress: Callable[[State], object] | None = None,
        timeout_ms: int = 0,
    ) -> RunCancelResponseOrState:
        """Stop a run or tasks of it.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            tasks: paths; missing: the whole run
            wait: until they have stopped
            poll_ms: how often to look, always; 0 or missing: the connection's poll_ms, and without one an interval
                that adapts
            interval_ms: limits of an interval that adapts to what is known of the run; wins over poll_ms
            on_progress: called with each news, in the thread or loop that waits
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, tasks=tasks, wait=wait, poll_ms=poll_ms, interval_ms=interval_ms)
        return await self._caller.call(RUN_CANCEL, body, timeout_ms, on_progress)

    async def repair_plan(
        self,
        run: RunLike,
        *,
        tasks: Sequence[str] | None = None,
        dependents: bool | None = None,
        timeout_ms: int = 0,
    ) -> Plan:
        """What a repair would do; changes nothing.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            tasks: paths; missing: all that failed
            dependents: also what comes after them
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, tasks=tasks, dependents=dependents)
        return await self._caller.call(RUN_REPAIR_PLAN, body, timeout_ms)

    async def repair(
        self,
        run: RunLike,
        *,
        tasks: Sequence[str] | None = None,
        dependents: bool | None = None,
        parameters: Parameters | None = None,
        drift: str | None = None,
        group: GroupLike | None = None,
        plan: Mapping[str, Any] | None = None,
        asked_by: str | None = None,
        wait: bool | None = None,
        poll_ms: int | None = None,
        timeout_ms: int = 0,
    ) -> RunRepairResponse:
        """Run again what failed, or the named tasks.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            tasks: paths; missing: all that failed
            dependents: also what comes after them
            parameters: names and values
            drift: when the job's settings changed since the launch: refuse (default), repair with the new ones, or
                put the launched ones back for the repair
            group: group/1 that was launched; needed to restore its settings
            plan: plan/1 of run.repair_plan, given back
            asked_by: who asks, for the history in the state; "request" when left out
            wait: a run that is still active is watched to its end first
            poll_ms: how often to look while waiting; 0 or missing: the connection's
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(
            run,
            tasks=tasks,
            dependents=dependents,
            parameters=parameters,
            drift=drift,
            group=group,
            plan=plan,
            asked_by=asked_by,
            wait=wait,
            poll_ms=poll_ms,
        )
        return await self._caller.call(RUN_REPAIR, body, timeout_ms)

    async def trace(
        self,
        run: RunLike,
        *,
        format: str | None = None,
        traceparent: str | None = None,
        lineage: Mapping[str, Any] | None = None,
        timeout_ms: int = 0,
    ) -> RunTraceResponse:
        """A run as spans of OpenTelemetry or as events of OpenLineage.

        Args:
            run: the run: its handle or an answer that holds one, its id, or the address of its page
            format: otlp when it is missing
            traceparent: header of W3C Trace Context: the run's span becomes a part of this span of the host
            lineage: what only the host knows of its lineage
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(run, format=format, traceparent=traceparent, lineage=lineage)
        return await self._caller.call(RUN_TRACE, body, timeout_ms)

    async def notify(self, event: Mapping[str, Any], *, timeout_ms: int = 0) -> RunNotifyResponse:
        """What a webhook of Databricks jobs posted; whoever watches its run looks at once.

        Args:
            event: the body as it came; whether it came from Databricks is the host's to check. It is only a reason
                to look: what is told about the run comes from the workspace
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, event=event)
        return await self._caller.call(RUN_NOTIFY, body, timeout_ms)

    async def sweep(
        self,
        lease: Mapping[str, Any],
        *,
        wait: bool | None = None,
        timeout_ms: int = 0,
    ) -> RunSweepResponse:
        """End the runs whose launchers died.

        Args:
            wait: long enough to decide about each lease that is there; without it two sweeps of one client are
                needed
            timeout_ms: limit of the whole call in ms, all retries included; 0: the connection's or the verb's own,
                -1: none

        Raises:
            BrickworkError
        """
        body = request(None, lease=lease, wait=wait)
        return await self._caller.call(RUN_SWEEP, body, timeout_ms)
