"""When a member that starts again asks Databricks for a repair, and of what. Pure.

A member keeps the id of the attempt whose end it told Airflow. If it starts again, by Airflow's retry or because
somebody cleared it, and that attempt is still the newest one, nobody has repaired it yet: it asks for one repair of
all members that failed at Databricks and are unfinished in Airflow. Whoever comes later finds a newer attempt, and
follows it. So no member has to know whether it was cleared or retried, or who else was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brickwork import State

FAILED = frozenset({"failed", "canceled", "timed_out", "upstream_failed"})
"""Verdicts of tasks that a repair runs again."""
ENDED = FAILED | {"succeeded", "succeeded_with_failures", "skipped", "excluded", "disabled"}
TOLD = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
"""Airflow's states of members that nobody cleared."""
NOT_STARTED = frozenset({None, "", "none", "scheduled"})


@dataclass(frozen=True, slots=True)
class Start:
    """What a member knows when it starts, or resumes.

    Attributes:
        reported: ids of the attempts whose ends it told Airflow last
        try_number: Airflow's, 1 is the first
        since_ms: Unix time at which this try began
        trigger_rule: Airflow's; with all_success its start proves that what comes before it is done
        asked: this try has already asked for a repair
    """

    reported: tuple[int, ...]
    try_number: int
    since_ms: int
    trigger_rule: str = "all_success"
    asked: bool = False


def has_to_run_again(attempt: Mapping[str, Any], start: Start) -> bool:
    """Whether the newest attempt of a member, which has ended, is one of before: not what this try is to tell.

    Args:
        attempt: run_id, verdict, result_state, start_time_ms of the newest attempt
    """
    if start.asked or attempt["verdict"] not in ENDED:
        return False
    if attempt.get("run_id") in start.reported:
        return True
    if str(attempt.get("result_state") or "").startswith("UPSTREAM_"):
        # Databricks left it out because of something before it, which is done now, or Airflow would not have started
        # it.
        return start.trigger_rule == "all_success"
    began = attempt.get("start_time_ms") or 0
    # Clearing a member that is under way cancels its attempt, which nobody can tell: the try that began it is gone.
    return start.try_number > 1 and attempt["verdict"] == "canceled" and 0 < began < start.since_ms


def paths_to_run_again(own: str, state: State, siblings: Mapping[str, str | None]) -> list[str]:
    """What one repair runs again, in the order of the run.

    Args:
        own: path of the member that asks
        state: of the whole run, which has ended
        siblings: Airflow's states of all members by path
    """
    tasks = {task.path: task for task in state.tasks}
    chosen = {own} | {
        path for path, told in siblings.items() if path in tasks and tasks[path].verdict in FAILED and told not in TOLD
    }
    below: dict[str, list[str]] = {}
    for task in state.tasks:
        for upstream in task.depends_on or ():
            below.setdefault(upstream, []).append(task.path)
    # What was cleared together with what comes before it would ask for a repair of its own, one after the other.
    waiting = list(chosen)
    while waiting:
        for path in below.get(waiting.pop(), ()):
            if path not in chosen and path in siblings and siblings[path] in NOT_STARTED:
                chosen.add(path)
                waiting.append(path)
    return [path for path in tasks if path in chosen]


def states_by_path(
    paths: Mapping[str, str], task_states: Mapping[str, str | None], known: Iterable[str]
) -> dict[str, str | None]:
    """Airflow's states by the path of the task at Databricks.

    Args:
        paths: by task id, as keys.MEMBERS has them
        task_states: by task id, those of mapped tasks by <task id>_<map index>
        known: paths in the run
    """
    found: dict[str, str | None] = {}
    all_paths = list(known)
    for task_id, path in paths.items():
        if path in all_paths:
            found[path] = task_states.get(task_id)
            continue
        prefix = f"{path}/"
        for instance in (each for each in all_paths if each.startswith(prefix)):
            found[instance] = task_states.get(f"{task_id}_{instance[len(prefix) :]}")
    return found
