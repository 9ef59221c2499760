"""The members of a workflow group and where each stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from airflow.sdk import BaseOperator, TaskGroup
from airflow.sdk.definitions.mappedoperator import MappedOperator

if TYPE_CHECKING:
    from brickwork_airflow.operators.databricks_workflow import DatabricksWorkflowTaskGroup

Member: TypeAlias = "BaseOperator | MappedOperator"


def workflow_group_of(task: Any) -> DatabricksWorkflowTaskGroup | None:
    """The workflow group around a task, however deep it stands in it."""
    group = task.task_group
    while group is not None:
        if getattr(group, "is_databricks", False):
            return group  # type: ignore[no-any-return]
        group = group.parent_group
    return None


def tasks_of(group: TaskGroup) -> Iterator[Member]:
    """All tasks of a group and its groups, depth first in the order of the DAG file; the launch task too."""
    for child in group.children.values():
        if isinstance(child, TaskGroup):
            yield from tasks_of(child)
        else:
            yield child  # type: ignore[misc]


def members_of(group: DatabricksWorkflowTaskGroup) -> list[Member]:
    return [task for task in tasks_of(group) if task.task_id != group.launch_task_id]


def path_of(task: Any, group: TaskGroup) -> str:
    """Labels of the groups below the workflow group and of the task, joined by a slash: its path in group/1."""
    labels = [label_of(task)]
    around = task.task_group
    while around is not None and around.group_id != group.group_id:
        labels.append(str(around._group_id))
        around = around.parent_group
    return "/".join(reversed(labels))


def label_of(task: Any) -> str:
    """The id that the DAG file gave it."""
    return str(task.label)


def paths_of(group: DatabricksWorkflowTaskGroup) -> dict[str, str]:
    """Path by task id; a mapped task is a group of its instances, which are named by their index."""
    return {task.task_id: path_of(task, group) for task in members_of(group)}
