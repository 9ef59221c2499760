"""What makes a group of a DAG file no Databricks job, found when the file is parsed. All of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from airflow.sdk.definitions.mappedoperator import MappedOperator
from airflow.sdk.definitions.taskgroup import MappedTaskGroup

from brickwork_airflow.tree import tasks_of

if TYPE_CHECKING:
    from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup

LONGEST_KEY = 100
CHOICES = {
    "task_keys": ("path", "md5"),
    "job_identity": ("name", "definition", "none"),
    "repair_drift": ("restore", "new", "refuse"),
    "parity": (None, "airflow"),
}


def mistakes_of(group: DatabricksWorkflowTaskGroup) -> list[str]:
    return list(_mistakes(group))


def _mistakes(group: DatabricksWorkflowTaskGroup) -> Iterator[str]:
    from brickwork_airflow.member import DatabricksTaskBaseOperator

    for name, choices in CHOICES.items():
        if getattr(group, name) not in choices:
            yield f"- {name} is {getattr(group, name)!r}; it has to be one of {', '.join(map(repr, choices))}"
    around: Any = group
    while around is not None:
        if isinstance(around, MappedTaskGroup):
            yield (
                f"- it stands in the mapped group {around.group_id}: how many there are is not known before it runs. "
                "Map its members (expand), or trigger a DAG for each"
            )
        if around is not group and getattr(around, "is_databricks", False):
            yield f"- it stands in the workflow group {around.group_id}; make it a plain TaskGroup, which nests"
        around = around.parent_group
    yield from _of_members(group, DatabricksTaskBaseOperator)


def _of_members(group: DatabricksWorkflowTaskGroup, convertible: type) -> Iterator[str]:
    keys: dict[str, str] = {}
    empty = True
    for task in tasks_of(group):
        empty = False
        inner = task.task_group
        while inner is not None and inner.group_id != group.group_id:
            if isinstance(inner, MappedTaskGroup):
                yield f"- {task.task_id} stands in the mapped group {inner.group_id}; map the task itself (expand)"
            inner = inner.parent_group
        mapped = isinstance(task, MappedOperator)
        if not issubclass(task.operator_class if mapped else type(task), convertible):
            yield (
                f"- {task.task_id} is a {task.task_type}, which Databricks cannot run. Members are "
                "DatabricksNotebookOperator and DatabricksTaskOperator; move it out of the group"
            )
            continue
        if mapped:
            continue
        key = task.databricks_task_key  # type: ignore[union-attr]
        if key and len(key) <= LONGEST_KEY and keys.setdefault(key, task.task_id) != task.task_id:
            yield f"- {task.task_id} and {keys[key]} have the same databricks_task_key {key!r}"
        if task.existing_cluster_id and task.job_cluster_key:  # type: ignore[union-attr]
            yield f"- {task.task_id} has existing_cluster_id and job_cluster_key; a task runs on one cluster"
    if empty:
        yield "- it has no members"
