"""Asks Databricks for the repair of a member and of its siblings that wait for one, or finds that somebody has."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from brickwork_airflow.outcome import DatabricksTaskFailed
from brickwork_airflow.repair import paths_to_run_again, states_by_path
from brickwork_airflow.tree import paths_of, workflow_group_of

if TYPE_CHECKING:
    from brickwork import Client, State

    from brickwork_airflow.following import Follower

LOOKS = 5
"""So often a repair is tried before its refusal is believed: each refusal may be somebody else's repair."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of it.

    Attributes:
        run_is_active: nothing was sent: wait for the end of the run, then ask again
        latest_repair_id: of the run's youngest repair
        sent: this member's request started that repair
    """

    run_is_active: bool = False
    latest_repair_id: int | None = None
    sent: bool = False


def ask_for_repair(client: Client, member: Follower, reported: Collection[int]) -> Asked:
    """Looks at the run, and repairs it unless it has a newer attempt of the member than those that were told.

    Raises:
        DatabricksTaskFailed: Databricks takes no repair of this run, with its reason
    """
    from brickwork import BrickworkError, Status

    refusal: BrickworkError | None = None
    for _ in range(LOOKS):
        state = _look(client, member)
        newest = {task.path: task for task in state.tasks}.get(member.run.path)
        latest = state.repairs[-1].repair_id if state.repairs else None
        if newest is not None and newest.run_id not in reported:
            member.log.info("Databricks runs it again already (attempt run %s); following that", newest.run_id)
            return Asked(latest_repair_id=latest)
        if state.verdict == "running":
            return Asked(run_is_active=True)
        if refusal is not None and refusal.status not in {Status.ABORTED, Status.FAILED_PRECONDITION}:
            break
        paths = paths_to_run_again(member.run.path, state, _siblings(member, state))
        try:
            return _send(client, member, paths, latest)
        except BrickworkError as one:
            if refusal is not None and str(one) == str(refusal):
                break
            refusal = one
    raise DatabricksTaskFailed(
        f"Databricks does not repair the run {member.handle['run_id']}: {refusal}\n"
        f"See {member.handle.get('run_page_url')}. Clear the launch task of the group to start a new run."
    )


def _look(client: Client, member: Follower) -> State:
    from brickwork import BrickworkError, Status

    try:
        return client.run.get(member.handle)
    except BrickworkError as refusal:
        if refusal.status is not Status.NOT_FOUND:
            raise
        raise DatabricksTaskFailed(
            f"The run {member.handle['run_id']} is gone: Databricks forgets runs after 60 days, and they may be "
            f"deleted. Clear the launch task of the group to start a new run. ({refusal})"
        ) from None


def _send(client: Client, member: Follower, paths: list[str], latest: int | None) -> Asked:
    from brickwork import BrickworkError

    member.log.info("Asking Databricks for one repair of %s", ", ".join(paths))
    handle = {**member.handle, **({"latest_repair_id": latest} if latest else {})}
    ti = member.context["ti"]
    asker = f"airflow {ti.dag_id}/{ti.run_id}/{ti.task_id} try {ti.try_number}"
    try:
        answer = client.run.repair(handle, tasks=paths, asked_by=asker)
    except BrickworkError as refusal:
        if refusal.pointer != "/drift":
            raise
        answer = client.run.repair(handle, tasks=paths, asked_by=asker, **_of_drift(member))
    member.log.info("Repair %s of the run %s", answer.repair_id, member.handle["run_id"])
    return Asked(latest_repair_id=int(answer.repair_id), sent=True)


def _of_drift(member: Follower) -> dict[str, Any]:
    """The job was changed since this run was launched; the group says which definition its repair runs."""
    group = workflow_group_of(member.task)
    assert group is not None
    if group.repair_drift != "restore":
        return {"drift": group.repair_drift}
    member.log.info("The job was changed since the launch; its launched definition is put back for the repair")
    return {"drift": "restore", "group": group.document(member.context)}


def _siblings(member: Follower, state: State) -> dict[str, str | None]:
    group = workflow_group_of(member.task)
    assert group is not None
    paths = paths_of(group)
    ti = member.context["ti"]
    answer = ti.get_task_states(dag_id=ti.dag_id, run_ids=[ti.run_id], task_ids=list(paths))
    states: Mapping[str, str | None] = answer.get(ti.run_id, {})
    return states_by_path(paths, states, (task.path for task in state.tasks))
