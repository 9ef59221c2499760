"""An operator outside of a group: one run of its own, started once for each end that it tells Airflow.

Databricks is given an idempotency token made of the DAG run, the task and the number of ends told before. So what dies
before it told anything finds its run again, and a retry of a failure starts another one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from brickwork_airflow import keys
from brickwork_airflow.memory import Memory, cleared_after
from brickwork_airflow.outcome import GOOD, DatabricksTaskFailed, Outcome, judge, told
from brickwork_airflow.waiting import wait_for
from brickwork_airflow.watched_run import WatchedRun

if TYPE_CHECKING:
    from airflow.sdk import Context

    from brickwork_airflow.hooks.databricks import DatabricksHook


class StartsRuns(Protocol):
    """What an operator has for it, besides what all operators have."""

    databricks_conn_id: str
    wait_for_termination: bool
    polling_period_seconds: float | None

    def hook(self, conn_id: str | None = None) -> DatabricksHook: ...

    def start_run(self, hook: DatabricksHook, token: str, context: Context, first: bool) -> int:
        """Starts the run, once for each token; its id.

        Args:
            first: no try before this one can have started it
        """
        ...

    def repair_after(self, hook: DatabricksHook, outcome: Outcome) -> int | None:
        """Repairs a run that failed, if that was asked for; the repair's id."""
        ...


class StandaloneRun:
    """One try.

    Args:
        kept: what the try kept over its deferrals
    """

    def __init__(self, task: Any, context: Context, **kept: Any):
        self._task = task
        self._context = context
        self._kept = kept
        self._memory = Memory(context)

    def begin(self) -> None:
        """Starts the run, or finds the one that an earlier try has started."""
        task, context = self._task, self._context
        generation, base, ended = self._generation()
        self._kept |= {"generation": generation, "base": base}
        if ended is not None:
            task.log.info("The run %s had succeeded when the worker died; it is not started again", ended)
            return
        ti = context["ti"]
        name = f"{ti.dag_id}/{ti.run_id}/{ti.task_id}/{ti.map_index}/{generation}"
        with task.hook() as hook:
            # Of 64 characters, as Databricks takes them; one workspace, one token.
            token = hashlib.sha256(f"{hook.opened.members['host']}/{name}".encode()).hexdigest()
            run_id = task.start_run(hook, token, context, (ti.try_number or 1) <= 1)
            self._kept["run_id"] = run_id
            task._started_run = run_id
            url = hook.get_run_page_url(run_id)
            host = hook.opened.members["host"]
        task.log.info("Databricks run %s: %s", run_id, url)
        self._push(run_id, url)
        if task.wait_for_termination:
            self._wait(WatchedRun(task.databricks_conn_id, host, run_id, poll_ms=_poll_ms(task)))
        else:
            self._report(GOOD)

    def end(self, event: Mapping[str, Any]) -> None:
        """The wait is over."""
        if "failure" in event:
            raise DatabricksTaskFailed(
                f"Waiting for the run {self._kept['run_id']} came to nothing: {event['failure']}"
            )
        for line in told(event):
            self._task.log.info(line)
        if event["verdict"] not in GOOD and not self._kept.get("repaired"):
            with self._task.hook() as hook:
                repair_id = self._task.repair_after(hook, dict(event))
                host = hook.opened.members["host"]
            if repair_id is not None:
                self._task.log.info("Repair %s of the run %s", repair_id, self._kept["run_id"])
                self._kept["repaired"] = True
                run = WatchedRun(
                    self._task.databricks_conn_id, host, int(self._kept["run_id"]), poll_ms=_poll_ms(self._task)
                )
                self._wait(WatchedRun(**{**run.document(), "latest_repair_id": repair_id}))
                return
        self._report({event["verdict"]})
        judge(event, self._task.task_id, "A retry starts a new run.")

    def give_up(self) -> None:
        """Cancels the run."""
        run_id = self._context["ti"].xcom_pull(task_ids=self._task.task_id, key=keys.STARTED)
        if run_id:
            with self._task.hook() as hook:
                hook.cancel_run(int(run_id))
            self._task.log.info("Databricks run %s was asked to stop: the task ran out of time", run_id)

    def _wait(self, run: WatchedRun) -> None:
        self.end(wait_for(self._task, self._context, run, self._kept, cancels="run"))

    def _generation(self) -> tuple[int, int, int | None]:
        """How many ends were told before; tries before the last clear; the run that needs no other, if it succeeded."""
        base = cleared_after(self._context, self._task.retries or 0)
        reported = self._memory.reported()
        if reported is None:
            return (0 if self._memory.lasts else (self._context["ti"].try_number or 1) - 1), base, None
        if reported.get("succeeded") and base == reported.get("base"):
            return int(reported["generation"]), base, int(reported["run_id"])
        return int(reported.get("generation", 0)) + 1, base, None

    def _report(self, verdicts: Any) -> None:
        self._memory.report(
            run_id=self._kept["run_id"],
            generation=self._kept["generation"],
            base=self._kept["base"],
            succeeded=bool(set(verdicts) & GOOD),
        )

    def _push(self, run_id: int, url: str) -> None:
        ti = self._context["ti"]
        ti.xcom_push(key=keys.RUN_LINK, value=url)
        ti.xcom_push(key=keys.STARTED, value=run_id)
        if self._task.do_xcom_push:
            ti.xcom_push(key=keys.RUN_ID, value=run_id)
            ti.xcom_push(key=keys.RUN_PAGE_URL, value=url)


def _poll_ms(task: Any) -> int | None:
    period = task.polling_period_seconds
    return int(period * 1000) if period else None
