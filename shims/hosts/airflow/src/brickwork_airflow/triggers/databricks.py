"""What waits in the triggerer. It says what it saw; the worker decides what that means."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TaskSuccessEvent, TriggerEvent

from brickwork_airflow import keys
from brickwork_airflow.defaults import early_resume_hold_s
from brickwork_airflow.outcome import outcome_of_run, outcome_of_task, told
from brickwork_airflow.waiting import AGAIN_S, CANCEL_TIMEOUT_MS
from brickwork_airflow.watched_run import WatchedRun
from brickwork_airflow.watcher import shared_client

if TYPE_CHECKING:
    import brickwork
    from brickwork import State


class DatabricksRunTrigger(BaseTrigger):
    """Waits for the end of a run, or of one task of it.

    Args:
        watched: WatchedRun as a mapping
        ignored: ids of attempts that the task has told already; the wait is for the end of another one
        cancels: what a user's clear or mark of the deferred task cancels: "attempt", the one that is waited for, by its
            own id; "run", the whole; or "" for nothing
        kept: what the task kept over its deferral; with a member `launch`, the id of the launch task, a success ends
            the task here, without a worker

    Its event is an Outcome, or {"failure": text} when looking made no sense any more, with `kept` as its member kept:
    dag.test() loses what a task hands to defer().
    """

    def __init__(
        self,
        watched: dict[str, Any],
        ignored: list[int] | None = None,
        cancels: str = "attempt",
        kept: dict[str, Any] | None = None,
    ):
        super().__init__()  # type: ignore[no-untyped-call]
        self.watched = watched
        self.ignored = ignored or []
        self.cancels = cancels
        self.kept = kept or {}
        self.hold_s = early_resume_hold_s()
        self._run = WatchedRun(**watched)
        self._attempt: int | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "brickwork_airflow.triggers.databricks.DatabricksRunTrigger",
            {"watched": self.watched, "ignored": self.ignored, "cancels": self.cancels, "kept": self.kept},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        loop = asyncio.get_running_loop()
        resume_from = loop.time() + self.hold_s
        try:
            event = await self._end()
        except asyncio.CancelledError:
            raise
        except Exception as failure:  # the task tells it, and how to go on
            event = {"failure": f"{type(failure).__name__}: {failure}"}
        if self._ends_here(event):
            try:
                await self._tell_launch(event)
            except Exception:  # then a worker ends it
                self.log.exception("What was told could not be kept")
            else:
                for line in told(event):
                    self.log.info(line)
                yield TaskSuccessEvent(xcoms={keys.RUN_LINK: event.get("url", "")})
                return
        await asyncio.sleep(max(0.0, resume_from - loop.time()))
        yield TriggerEvent({**event, "kept": self.kept})  # type: ignore[no-untyped-call]

    async def _end(self) -> dict[str, Any]:
        while True:
            async with shared_client(self._run.conn_id) as client:
                state = await self._watch(client)
            if not self._run.path:
                return outcome_of_run(state)
            task = state.tasks[0]
            if task.run_id not in self.ignored:
                return outcome_of_task(task)
            await asyncio.sleep(AGAIN_S)

    def _ends_here(self, event: dict[str, Any]) -> bool:
        # dag.test() runs triggers, too, but takes no end from them; there they have no id.
        # The end of the whole run is what a member waits for before it asks for a repair, and no end of its own.
        if not self._run.path:
            return False
        in_a_triggerer = self.trigger_id is not None and self.task_instance is not None
        return bool(self.kept.get("launch")) and in_a_triggerer and event.get("verdict") == "succeeded"

    async def _tell_launch(self, event: dict[str, Any]) -> None:
        """Keeps which attempt was told, where a clear of this task does not delete it."""
        from airflow.sdk.execution_time.comms import SetXCom
        from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

        ti: Any = self.task_instance
        key = keys.TOLD + self._run.task_key
        await SUPERVISOR_COMMS.asend(
            SetXCom(key=key, value=event["run_id"], dag_id=ti.dag_id, run_id=ti.run_id, task_id=self.kept["launch"])
        )

    async def _watch(self, client: brickwork.AsyncClient) -> State:
        watch = client.run.watch(self._run.handle(), timeout_ms=-1, **self._run.watch_arguments())
        state: State | None = None
        async with watch:
            async for state in watch:
                if self._run.path and state.tasks:
                    self._attempt = state.tasks[0].run_id
        assert state is not None
        return state

    async def on_kill(self) -> None:
        """Cleared, or marked by hand. The new try's trigger may run already, so only what this one waits for ends."""
        run_id = self._run.run_id if self.cancels == "run" else self._attempt
        if self.cancels and run_id is not None and run_id not in self.ignored:
            async with shared_client(self._run.conn_id) as client:
                await client.rest(
                    "/api/2.2/jobs/runs/cancel", method="POST", body={"run_id": run_id}, timeout_ms=CANCEL_TIMEOUT_MS
                )
            self.log.info("Databricks run %s was asked to stop", run_id)
