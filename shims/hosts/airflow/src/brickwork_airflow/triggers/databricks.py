"""What waits in the triggerer. It says what it saw; the worker decides what that means."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from brickwork_airflow.defaults import early_resume_hold_s
from brickwork_airflow.outcome import outcome_of_run, outcome_of_task
from brickwork_airflow.watched_run import WatchedRun
from brickwork_airflow.watcher import shared_client

if TYPE_CHECKING:
    import brickwork
    from brickwork import State

AGAIN_S = 5.0
CANCEL_TIMEOUT_MS = 20_000


class DatabricksRunTrigger(BaseTrigger):
    """Waits for the end of a run, or of one task of it.

    Args:
        watched: WatchedRun as a mapping
        ignored: id of an attempt that the task has told already; the wait is for the end of another one
        cancels: what a user's clear or mark of the deferred task cancels: "attempt", the one that is waited for, by its
            own id; "run", the whole; or "" for nothing
        kept: what the task kept over its deferral

    Its event is an Outcome, or {"failure": text} when looking made no sense any more, with `kept` as its member kept:
    dag.test() loses what a task hands to defer().
    """

    def __init__(
        self,
        watched: dict[str, Any],
        ignored: int | None = None,
        cancels: str = "attempt",
        kept: dict[str, Any] | None = None,
    ):
        super().__init__()  # type: ignore[no-untyped-call]
        self.watched = watched
        self.ignored = ignored
        self.cancels = cancels
        self.kept = kept or {}
        self._run = WatchedRun(**watched)
        self._attempt: int | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "brickwork_airflow.triggers.databricks.DatabricksRunTrigger",
            {"watched": self.watched, "ignored": self.ignored, "cancels": self.cancels, "kept": self.kept},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        loop = asyncio.get_running_loop()
        resume_from = loop.time() + early_resume_hold_s()
        try:
            event = await self._end()
        except asyncio.CancelledError:
            raise
        except Exception as failure:  # the task tells it, and how to go on
            event = {"failure": f"{type(failure).__name__}: {failure}"}
        await asyncio.sleep(max(0.0, resume_from - loop.time()))
        yield TriggerEvent({**event, "kept": self.kept})  # type: ignore[no-untyped-call]

    async def _end(self) -> dict[str, Any]:
        while True:
            async with shared_client(self._run.conn_id) as client:
                state = await self._watch(client)
            if not self._run.path:
                return outcome_of_run(state)
            task = state.tasks[0]
            if task.run_id != self.ignored or self.ignored is None:
                return outcome_of_task(task)
            await asyncio.sleep(AGAIN_S)  # a repair that the run does not show yet

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
        if self.cancels and run_id is not None and run_id != self.ignored:
            async with shared_client(self._run.conn_id) as client:
                await client.rest(
                    "/api/2.2/jobs/runs/cancel", method="POST", body={"run_id": run_id}, timeout_ms=CANCEL_TIMEOUT_MS
                )
            self.log.info("Databricks run %s was asked to stop", run_id)
