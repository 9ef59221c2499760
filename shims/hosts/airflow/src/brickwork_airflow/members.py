"""Which members of a group can be repaired, and what has to be cleared for that. Pure; for the API server.

Clearing is the repair: whoever clears failed members through Airflow, in whatever way, makes them ask Databricks for
one repair of all of them when they start. So the page, the links and the command only choose task ids and clear.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

FAILED = frozenset({"failed", "upstream_failed"})
ACTIVE = frozenset({"running", "deferred", "queued", "scheduled", "restarting", "up_for_reschedule"})

Instance = tuple[str, int]
"""Task id and map index; -1 for a task that is not mapped."""


@dataclass(frozen=True, slots=True)
class RepairOffer:
    """What a click on Repair would do.

    Attributes:
        launch: id of the launch task, which is never cleared: that would start a new run
        failed: what is to be cleared, in the order of the group
        active: members that are still under way. Databricks repairs no active run, so the page refuses while there
            are some
    """

    launch: str
    failed: tuple[Instance, ...]
    active: tuple[Instance, ...]

    @property
    def possible(self) -> bool:
        return bool(self.failed) and not self.active

    def reason(self) -> str:
        """Why not; empty when it is possible."""
        if self.active:
            names = ", ".join(_name(each) for each in self.active[:5])
            return f"The run is active: {names} must end before Databricks takes a repair."
        return "" if self.failed else "Nothing of this group has failed."

    def clear_body(self, dag_run_id: str, *, dry_run: bool, note: str | None = None) -> dict[str, Any]:
        """Body of POST /api/v2/dags/{dag_id}/clearTaskInstances."""
        return {
            "dry_run": dry_run,
            "dag_run_id": dag_run_id,
            "task_ids": [task_id if index < 0 else [task_id, index] for task_id, index in self.failed],
            "only_failed": True,
            "include_downstream": True,
            "reset_dag_runs": True,
            "prevent_running_task": True,
            **({} if note is None else {"note": note}),
        }


def repair_offer(
    launch: str,
    members: Mapping[str, Any] | Iterable[str],
    states: Mapping[Instance, str | None],
    only: Iterable[str] | None = None,
) -> RepairOffer:
    """What of one launch can be repaired.

    Args:
        launch: id of the launch task
        members: ids of the group's tasks; the launch task's XCom keys.MEMBERS is one such mapping
        states: of the task instances of the DAG run, mapped ones by their index
        only: ids of the tasks that are asked for; without it all
    """
    ids = [each for each in members if each != launch]
    wanted = set(ids if only is None else only)
    instances: dict[str, list[Instance]] = {}
    for instance in sorted(states):
        instances.setdefault(instance[0], []).append(instance)
    of_group = [instance for task_id in ids for instance in instances.get(task_id, [])]
    return RepairOffer(
        launch=launch,
        failed=tuple(each for each in of_group if each[0] in wanted and states[each] in FAILED),
        active=tuple(each for each in of_group if states[each] in ACTIVE),
    )


def _name(instance: Instance) -> str:
    task_id, index = instance
    return task_id if index < 0 else f"{task_id}[{index}]"
