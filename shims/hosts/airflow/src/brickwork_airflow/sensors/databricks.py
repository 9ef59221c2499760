"""Sensors for a run, and for one task of a run, that something else has started."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator

from brickwork_airflow import keys
from brickwork_airflow.defaults import default_deferrable
from brickwork_airflow.links import DatabricksRunLink
from brickwork_airflow.outcome import DatabricksTaskFailed, Outcome, judge, outcome_of_run, outcome_of_task, told
from brickwork_airflow.templates import PassesReferences
from brickwork_airflow.watched_run import WatchedRun

if TYPE_CHECKING:
    from airflow.sdk import Context


class DatabricksRunSensor(PassesReferences, BaseSensorOperator):
    """Waits for the end of a run; fails when the run failed. It cancels nothing.

    Args:
        run_id: of the run; a template or the output of another task
        databricks_conn_id: Airflow connection
        deferrable: wait in the triggerer, which is the default
        kwargs: of BaseSensorOperator
    """

    template_fields: Sequence[str] = ("run_id", "databricks_conn_id")
    operator_extra_links = (DatabricksRunLink(),)
    ui_color = "#1CB1C2"
    ui_fgcolor = "#fff"

    def __init__(
        self,
        *,
        run_id: int | str,
        databricks_conn_id: str = "databricks_default",
        deferrable: bool | None = None,
        **kwargs: Any,
    ):
        self.run_id = run_id
        self.databricks_conn_id = databricks_conn_id
        self.deferrable = default_deferrable() if deferrable is None else deferrable
        super().__init__(**kwargs)

    @property
    def _task_key(self) -> str:
        return ""

    def execute(self, context: Context) -> Any:
        if not self.deferrable:
            return super().execute(context)
        from datetime import timedelta

        from airflow.sdk import BaseHook

        from brickwork_airflow.connection import opening
        from brickwork_airflow.triggers.databricks import DatabricksRunTrigger

        host = opening(BaseHook.get_connection(self.databricks_conn_id), type(self).__name__).members["host"]
        key = self._task_key
        run = WatchedRun(self.databricks_conn_id, host, int(self.run_id), key, key)
        self.defer(
            trigger=DatabricksRunTrigger(run.document(), None, ""),
            method_name="execute_complete",
            timeout=timedelta(seconds=self.timeout),
        )
        return None

    def poke(self, context: Context) -> bool:
        from brickwork_airflow.hooks.databricks import DatabricksHook

        with DatabricksHook(self.databricks_conn_id, caller=type(self).__name__) as hook:
            state = hook.client.run.get(int(self.run_id))
        if not self._task_key:
            outcome = outcome_of_run(state)
        else:
            tasks = {task.task_key: task for task in state.tasks}
            if self._task_key not in tasks:
                raise LookupError(f"the run {self.run_id} has no task {self._task_key!r}; it has {', '.join(tasks)}")
            outcome = outcome_of_task(tasks[self._task_key])
        if outcome["verdict"] in {"running", "waiting", "pending"}:
            return False
        self._tell(context, outcome)
        return True

    def execute_complete(self, context: Context, event: dict[str, Any]) -> None:
        if "failure" in event:
            raise DatabricksTaskFailed(f"Waiting for the run {self.run_id} came to nothing: {event['failure']}")
        self._tell(context, event)

    def _tell(self, context: Context, outcome: Outcome) -> None:
        for line in told(outcome):
            self.log.info(line)
        if outcome.get("url"):
            context["ti"].xcom_push(key=keys.RUN_LINK, value=outcome["url"])
        judge(outcome, f"The run {self.run_id}", "")


class DatabricksTaskSensor(DatabricksRunSensor):
    """Waits for the end of one task of a run.

    Args:
        task_key: of the task at Databricks
        kwargs: of DatabricksRunSensor
    """

    template_fields: Sequence[str] = ("task_key", *DatabricksRunSensor.template_fields)

    def __init__(self, *, task_key: str, **kwargs: Any):
        self.task_key = task_key
        super().__init__(**kwargs)

    @property
    def _task_key(self) -> str:
        return self.task_key
