"""Waiting for an end: in the triggerer, or in the worker with one watch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brickwork_airflow.outcome import Outcome, outcome_of_run, outcome_of_task

if TYPE_CHECKING:
    from airflow.sdk import Context

    from brickwork_airflow.connection import Opening
    from brickwork_airflow.watched_run import WatchedRun

AGAIN_S = 5.0
"""Between two watches that end with an attempt that was told before. The library waits for a repair whose id is known
here; what is left is somebody else's repair that one look has shown and the next, from another server, has not."""
CANCEL_TIMEOUT_MS = 20_000


@dataclass(slots=True)
class Waiting:
    """What the worker waits for, for on_kill.

    Attributes:
        attempt: id of the task run, or of the run; None until the first look
    """

    opened: Opening
    attempt: int | None = None

    def cancel(self) -> None:
        """Called in a signal handler, in the middle of whatever: a client of its own, and nothing of Airflow's."""
        import brickwork

        if self.attempt is not None:
            with brickwork.Client(self.opened.members, secrets=self.opened.secrets) as client:
                client.rest(
                    "/api/2.2/jobs/runs/cancel",
                    method="POST",
                    body={"run_id": self.attempt},
                    timeout_ms=CANCEL_TIMEOUT_MS,
                )


def wait_for(
    task: Any,
    context: Context,
    run: WatchedRun,
    kept: dict[str, Any],
    *,
    ignored: Sequence[int] = (),
    cancels: str = "attempt",
) -> Outcome:
    """Returns the end that was seen; of a deferrable task it does not return, `execute_complete` goes on.

    Args:
        kept: comes back with the event, as its member kept
        ignored: ids of attempts whose ends are no news
        cancels: what a kill cancels: "attempt", "run" or nothing
    """
    if task.deferrable:
        from brickwork_airflow.triggers.databricks import DatabricksRunTrigger

        task.defer(
            trigger=DatabricksRunTrigger(run.document(), list(ignored), cancels, kept),
            method_name="execute_complete",
            timeout=task.execution_timeout,
        )
    return _wait_here(task, run, ignored, cancels)


def _wait_here(task: Any, run: WatchedRun, ignored: Sequence[int], cancels: str) -> Outcome:
    import time

    while True:
        with task.hook(run.conn_id) as hook:
            waiting = Waiting(hook.opened, run.run_id if cancels == "run" else None)
            task._waiting = waiting if cancels else None
            state = None
            for state in hook.client.run.watch(run.handle(), timeout_ms=-1, **run.watch_arguments()):
                if run.path and state.tasks and state.tasks[0].run_id not in ignored:
                    waiting.attempt = state.tasks[0].run_id
            task._waiting = None
        assert state is not None
        if not run.path:
            return outcome_of_run(state)
        newest = state.tasks[0]
        if newest.run_id not in ignored:
            return outcome_of_task(newest)
        time.sleep(AGAIN_S)
