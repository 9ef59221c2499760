"""What a repair would clear, read from the serialized DAG and the task instances of one DAG run.

Runs where Airflow's database may be read: in the API server and in commands. Which tasks are meant is found out here,
never taken from a request; `launch` is never among them, for clearing it would start the Databricks run anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LAUNCH = "DatabricksLaunchOperator"
FAILED = frozenset({"failed", "upstream_failed"})
# Of a member in one of these Databricks may still be at work, and it refuses to repair a run that is active.
UNFINISHED = frozenset(
    {"scheduled", "queued", "running", "restarting", "deferred", "up_for_retry", "up_for_reschedule"}
)


class NotRepairableError(Exception):
    """There is nothing to repair, or not now; `status` is the HTTP status that says so."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Instance:
    """One task instance of the DAG run."""

    task_id: str
    map_index: int
    state: str | None
    try_number: int

    @property
    def label(self) -> str:
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"

    @property
    def marker(self) -> str | list[str | int]:
        """As the clear route takes it."""
        return self.task_id if self.map_index < 0 else [self.task_id, self.map_index]


@dataclass(frozen=True)
class Plan:
    """What one click would do."""

    dag_id: str
    run_id: str
    group_id: str
    launch_task_id: str
    cleared: tuple[Instance, ...]  # members first, then what waits for them outside of the group
    kept: tuple[Instance, ...]  # the other members

    def fingerprint(self) -> list[list[Any]]:
        """Equal for two looks at the same plan; another after anyone cleared one of its tasks."""
        return [[each.task_id, each.map_index, each.state, each.try_number] for each in self.cleared]


def is_launch(task: Any) -> bool:
    """Of a task as it was serialized."""
    module = getattr(task, "_task_module", None) or ""
    return getattr(task, "task_type", None) == LAUNCH and str(module).startswith("brickwork_airflow.")


def launch_of(dag: Any, task_id: str) -> Any:
    """The launch task of the innermost workflow group around a task; that of the group for the launch task itself."""
    task = dag.task_dict.get(task_id)
    if task is None:
        raise NotRepairableError(404, f"DAG {dag.dag_id} has no task {task_id}.")
    group = task.task_group
    while group is not None:
        for child in group.children.values():
            if is_launch(child):
                return child
        group = group.parent_group
    raise NotRepairableError(404, f"Task {task_id} does not belong to a Databricks workflow task group.")


def plan_repair(
    dag: Any, instances: Iterable[Instance], run_id: str, task_id: str, map_index: int | None = None
) -> Plan:
    """The plan for all failed members of the group of `task_id`, or, with a `map_index` (-1: not mapped), for it alone.

    One task alone means what depends on it too, and, where it never ran, the failed ones that it waits for.
    """
    launch = launch_of(dag, task_id)
    members = {task.task_id: task for task in launch.task_group.iter_tasks() if not is_launch(task)}
    if map_index is not None and task_id not in members:
        raise NotRepairableError(404, f"Task {task_id} runs no task of the Databricks job.")
    found = sorted(instances, key=lambda each: (_place(dag, each.task_id), each.map_index))
    state_of_launch = next((each.state for each in found if each.task_id == launch.task_id), None)
    if state_of_launch != "success":
        raise NotRepairableError(
            409,
            f"{launch.task_id} is {state_of_launch or 'not started'}: without a launched run there is "
            f"nothing to repair. Clear {launch.task_id} to launch it.",
        )
    busy = [each.label for each in found if each.task_id in members and each.state in UNFINISHED]
    if busy:
        raise NotRepairableError(
            409,
            f"{_listed(busy)} not finished: Databricks repairs a run only when all of it has ended. Try again then.",
        )
    failed = [each for each in found if each.task_id in members and each.state in FAILED]
    wanted = failed if map_index is None else _alone(members, failed, task_id, map_index)
    if not wanted:
        what = f"No member of {launch.task_group.group_id} has" if map_index is None else f"{task_id} has not"
        raise NotRepairableError(409, f"{what} failed in this run; somebody may have repaired it already.")
    chosen = set(wanted)
    below = {
        relative.task_id
        for each in wanted
        for relative in dag.get_task(each.task_id).get_flat_relatives(upstream=False)
    }
    waiting = [each for each in found if each not in chosen and each.task_id in below and each.state in FAILED]
    cleared = sorted(chosen | set(waiting), key=lambda each: (each.task_id not in members, found.index(each)))
    kept = [each for each in found if each.task_id in members and each not in cleared]
    return Plan(dag.dag_id, run_id, launch.task_group.group_id, launch.task_id, tuple(cleared), tuple(kept))


def _alone(members: Mapping[str, Any], failed: list[Instance], task_id: str, map_index: int) -> list[Instance]:
    own = [each for each in failed if each.task_id == task_id and each.map_index == map_index]
    if not own or own[0].state == "failed":
        return own
    above = {relative.task_id for relative in members[task_id].get_flat_relatives(upstream=True)}
    return own + [each for each in failed if each.task_id in above]


def _place(dag: Any, task_id: str) -> int:
    """Where the task stands in the DAG's file; what the file no longer has comes last."""
    order: dict[str, int] = {name: place for place, name in enumerate(dag.task_dict)}
    return order.get(task_id, len(order))


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"{shown} {'is' if len(names) == 1 else 'are'}"


def instances_of(session: Session, dag_id: str, run_id: str) -> list[Instance]:
    """All task instances of a DAG run."""
    from airflow.models.taskinstance import TaskInstance
    from sqlalchemy import select

    columns = (TaskInstance.task_id, TaskInstance.map_index, TaskInstance.state, TaskInstance.try_number)
    rows = session.execute(select(*columns).where(TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id))
    return [
        Instance(task_id, map_index, None if state is None else str(getattr(state, "value", state)), try_number)
        for task_id, map_index, state, try_number in rows
    ]


def dag_of_run(session: Session, dag_id: str, run_id: str) -> Any:
    """The serialized DAG as the run saw it."""
    from airflow.models.dagbag import DBDagBag
    from airflow.models.dagrun import DagRun
    from sqlalchemy import select

    run = session.scalar(select(DagRun).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id))
    if run is None:
        raise NotRepairableError(404, f"DAG {dag_id} has no run {run_id}.")
    dag = DBDagBag(load_op_links=False).get_dag_for_run(run, session=session)
    if dag is None:
        raise NotRepairableError(404, f"DAG {dag_id} is not known any more.")
    return dag
