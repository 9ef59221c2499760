"""Where the first try of a member starts: in the triggerer, if no worker is needed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from airflow.sdk import BaseOperator

from brickwork_airflow import airflow_versions

if TYPE_CHECKING:
    from airflow.triggers.base import StartTriggerArgs

    from brickwork_airflow.member import DatabricksTaskBaseOperator

BEGIN = "begin"
"""Member of the event by which a trigger hands over a try that it did not begin."""
OPERATORS = "brickwork_airflow.operators.databricks"
WORDS = {"title", "description", "description_md", "section"}
"""Of the schema of a param, what only tells people something."""
MOST_TASKS = 200
"""Of a DAG. Airflow hands the whole DAG to each trigger that starts a task (0.8 kB a task at least), and the triggerer
keeps it, unpacked, as long as the trigger waits: 20 ms and 0.5 MB at 200 tasks for each of them, and both grow with the
number of those that wait."""


def starts_in_triggerer(task: DatabricksTaskBaseOperator) -> bool:
    """Whether a worker would do nothing for the task but defer it."""
    kind, dag = type(task), getattr(task, "_dag", None)
    wanted = task.start_in_triggerer and task.deferrable and airflow_versions.starts_in_triggerer
    if not wanted or dag is None or task.workflow_group is None:
        return False
    wants_a_worker = (
        not task.wait_for_termination
        or task.workflow_run_metadata
        or task.xcom_output  # a later try would find the output of an earlier one, which only a worker takes away
        or task.on_execute_callback
        or task._pre_execute_hook
        or kind.pre_execute is not BaseOperator.pre_execute
        or not _is_ours(kind)
    )
    fits = _take_anything(dag.params) and _take_anything(task.params) and len(dag.task_dict) <= MOST_TASKS
    return fits and not wants_a_worker


def _take_anything(params: Any) -> bool:
    """Whether every run satisfies them: a ParamsDict of Airflow's.

    Airflow checks them before the trigger runs. One that a run does not satisfy, because the DAG was changed since,
    would end the triggerer, and with it the waits of everybody.
    """
    return all(param.has_value and not set(param.schema) - WORDS for _, param in params.items())


def _is_ours(kind: type[BaseOperator]) -> bool:
    from brickwork_airflow.member import DatabricksTaskBaseOperator

    ours = DatabricksTaskBaseOperator
    return kind.execute is ours.execute and kind.execute_complete is ours.execute_complete  # type: ignore[attr-defined]


class StartFromTrigger:
    """BaseOperator.start_from_trigger, found out when Airflow serializes the DAG: until then tasks may be added.

    Of a class it is False, which is what mapped members have.
    """

    @overload
    def __get__(self, task: None, kind: Any) -> bool: ...
    @overload
    def __get__(self, task: DatabricksTaskBaseOperator, kind: Any) -> bool: ...
    def __get__(self, task: DatabricksTaskBaseOperator | None, kind: Any) -> bool:
        return task is not None and starts_in_triggerer(task)


class StartTrigger:
    """BaseOperator.start_trigger_args."""

    def __get__(self, task: DatabricksTaskBaseOperator | None, kind: Any) -> StartTriggerArgs | None:
        if task is None or not starts_in_triggerer(task):
            return None
        from airflow.triggers.base import StartTriggerArgs

        from brickwork_airflow.tree import path_of

        group, period = task.workflow_group, task.polling_period_seconds
        assert group is not None
        return StartTriggerArgs(
            trigger_cls="brickwork_airflow.triggers.members.DatabricksMemberTrigger",
            next_method="execute_complete",
            trigger_kwargs={
                "launch": group.launch_task_id,
                "path": path_of(task, group),
                "poll_ms": int(period * 1000) if period else None,
                "ends": task.may_end_in_triggerer(),
                "link": type(task).__module__ != OPERATORS,
            },
            timeout=task.execution_timeout,
        )
