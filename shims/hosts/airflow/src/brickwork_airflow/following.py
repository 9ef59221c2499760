"""A member of a group from its start to its end: waits for its task, tells how it ended, asks for a repair."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from brickwork_airflow import keys
from brickwork_airflow.memory import Memory
from brickwork_airflow.outcome import DatabricksTaskFailed, Outcome, judge, told
from brickwork_airflow.repair import ENDED, FAILED, Start, has_to_run_again
from brickwork_airflow.tree import path_of, workflow_group_of
from brickwork_airflow.waiting import wait_for
from brickwork_airflow.watched_run import WatchedRun

if TYPE_CHECKING:
    from airflow.sdk import Context

    from brickwork_airflow.member import DatabricksTaskBaseOperator


class Follower:
    """One try of one member.

    Args:
        kept: what the try kept over its deferrals
    """

    def __init__(self, task: DatabricksTaskBaseOperator, context: Context, **kept: Any):
        self.task = task
        self.context = context
        self._kept: dict[str, Any] = {"since_ms": int(time.time() * 1000), "asked": False, "reported": [], **kept}
        self._memory = Memory(context)
        self.log = task.log

    def begin(self) -> None:
        """A try starts in the worker."""
        self._show(self.handle.get("run_page_url"))
        self._kept["run_id"] = self.handle["run_id"]
        if not self.task.wait_for_termination:
            return
        if self.task.ends_in_triggerer():
            self._kept["launch"] = self._launch_task_id
        self._kept["reported"] = self._reported()
        if self._kept["reported"]:
            self._again()
        else:
            self._wait()

    def end(self, event: Mapping[str, Any]) -> None:
        """The wait is over."""
        if "failure" in event:
            raise DatabricksTaskFailed(f"Waiting for {self.task.task_id} came to nothing: {event['failure']}")
        if self._kept.pop("run_end", False):
            self._again()
        elif has_to_run_again(event, self._start):
            self._kept["reported"] = [*self._kept["reported"], event.get("run_id")]
            self._again()
        else:
            self._finish(dict(event))

    @cached_property
    def handle(self) -> dict[str, Any]:
        """handle/1, left by the launch task."""
        metadata = self.task.workflow_run_metadata
        if metadata:
            raise DatabricksTaskFailed(
                "workflow_run_metadata of a run that no launch task of this DAG started is not supported; watch it by "
                "DatabricksRunSensor"
            )
        handle = self._pull(keys.HANDLE)
        if not isinstance(handle, Mapping):
            raise DatabricksTaskFailed(
                f"{self._launch_task_id} left no run behind. It has to succeed first: clear it, and the group with it"
            )
        return dict(handle)

    @cached_property
    def run(self) -> WatchedRun:
        group = workflow_group_of(self.task)
        assert group is not None
        path = path_of(self.task, group)
        index = self.context["ti"].map_index
        if index is not None and index >= 0:
            path = f"{path}/{index}"
        period = self.task.polling_period_seconds
        run = WatchedRun.of(self.handle, self.conn_id, path, int(period * 1000) if period else None)
        return replace(run, latest_repair_id=self._kept.get("latest_repair_id") or run.latest_repair_id)

    @cached_property
    def conn_id(self) -> str:
        """The launch's, rendered there."""
        returned = self._pull(keys.RETURN_VALUE)
        return str(returned["conn_id"]) if isinstance(returned, Mapping) else self.task.databricks_conn_id

    @property
    def _launch_task_id(self) -> str:
        group = workflow_group_of(self.task)
        assert group is not None
        return group.launch_task_id

    def _pull(self, key: str) -> Any:
        return self.context["ti"].xcom_pull(task_ids=self._launch_task_id, key=key)

    def _show(self, url: str | None) -> None:
        if url:
            self.context["ti"].xcom_push(key=keys.RUN_LINK, value=url)

    @property
    def _start(self) -> Start:
        rule = self.task.trigger_rule
        return Start(
            reported=tuple(self._kept.get("reported", ())),
            try_number=self.context["ti"].try_number or 1,
            since_ms=self._kept["since_ms"],
            trigger_rule=str(getattr(rule, "value", rule)),
            asked=self._kept["asked"],
        )

    def _reported(self) -> list[int]:
        """The attempts of this run whose ends earlier tries have told: the last by a worker and by the triggerer."""
        if (self.context["ti"].try_number or 1) <= 1:
            return []
        told = self._pull(keys.TOLD + self.run.task_key)
        found = [int(told)] if told else []
        reported = self._memory.reported()
        if reported is not None and reported.get("run_id") == self.handle["run_id"]:
            found.append(int(reported["attempt"]))
        if found or self._memory.lasts:
            return found
        with self.task.hook(self.conn_id) as hook:  # without a store: whatever had failed before this try began
            newest = {task.path: task for task in hook.client.run.get(self.handle).tasks}.get(self.run.path)
        if newest is None or newest.verdict not in FAILED or (newest.end_time_ms or 0) >= self._kept["since_ms"]:
            return []
        return [newest.run_id] if newest.run_id else []

    def _wait(self) -> None:
        event = wait_for(self.task, self.context, self.run, self._kept, ignored=self._kept["reported"])
        self.end(event)

    def _again(self) -> None:
        """The attempts of `reported` are told, or of before: follow a newer one, or ask for it."""
        from brickwork_airflow.asking import ask_for_repair

        with self.task.hook(self.conn_id) as hook:
            asked = ask_for_repair(hook.client, self, self._kept["reported"])
        if asked.run_is_active:
            self.log.info("Databricks takes no repair of an active run; waiting for its end first")
            self._kept["run_end"] = True
            self.end(wait_for(self.task, self.context, self.run.whole(), self._kept, cancels=""))
            return
        if asked.latest_repair_id:
            self._kept |= {"asked": asked.sent or self._kept["asked"], "latest_repair_id": asked.latest_repair_id}
            self.__dict__.pop("run", None)
        self._wait()

    def _finish(self, outcome: Outcome) -> None:
        for line in told(outcome):
            self.log.info(line)
        self._show(outcome.get("url"))
        self._memory.report(run_id=self._kept["run_id"], attempt=outcome.get("run_id"), verdict=outcome["verdict"])
        if self.task.xcom_output and self.task.do_xcom_push and outcome["verdict"] == "succeeded":
            self._push_output()
        judge(outcome, self.task.task_id)

    def give_up(self) -> None:
        """Cancels the newest attempt, by its own id, so that the others go on."""
        with self.task.hook(self.conn_id) as hook:
            newest = {task.path: task for task in hook.client.run.get(self.handle).tasks}.get(self.run.path)
            if newest is not None and newest.run_id and newest.verdict not in ENDED:
                hook.cancel_run(newest.run_id)
                self.log.info("Databricks run %s was asked to stop: the task ran out of time", newest.run_id)

    def _push_output(self) -> None:
        with self.task.hook(self.conn_id) as hook:
            answer = hook.client.run.output(self.run.handle(), tasks=[self.run.path])
        for each in answer.outputs:
            self.context["ti"].xcom_push(key=keys.OUTPUT, value=each.result)
