"""How a task run ended, as it travels from the triggerer to the worker, and what it means for the Airflow task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from brickwork_airflow.airflow_versions import AirflowException, AirflowSkipException

if TYPE_CHECKING:
    from brickwork import State
    from brickwork.documents.state import StateTask

Outcome: TypeAlias = dict[str, Any]
"""JSON: members of state/1's task or run of the same names, with `url` and `error`."""

TASK_MEMBERS = (
    "path", "run_id", "verdict", "life_cycle_state", "result_state", "state_message", "termination_code", "error",
    "attempt_number", "start_time_ms", "end_time_ms", "queue_ms", "setup_ms", "execution_ms", "cleanup_ms", "url",
)  # fmt: skip
GOOD = frozenset({"succeeded", "succeeded_with_failures"})
SKIPPED = frozenset({"excluded", "disabled", "skipped"})


class DatabricksTaskFailed(AirflowException):
    """A task or run ended badly at Databricks; the text has the head of its error and the address of its page."""


def outcome_of_task(task: StateTask) -> Outcome:
    return {name: task.raw[name] for name in TASK_MEMBERS if task.raw.get(name) is not None}


def outcome_of_run(state: State) -> Outcome:
    run = state.run
    outcome = {name: run.raw[name] for name in TASK_MEMBERS if run.raw.get(name) is not None}
    outcome |= {"verdict": state.verdict, "url": run.run_page_url}
    if state.first_error is not None:
        outcome["error"] = state.first_error.error
        outcome["path"] = state.first_error.path
    return outcome


def told(outcome: Mapping[str, Any]) -> Iterator[str]:
    """Lines for the log of the task."""
    if outcome.get("url"):
        yield f"Databricks run page: {outcome['url']}"
    attempt = outcome.get("attempt_number")
    again = f", attempt {attempt + 1}" if attempt else ""
    yield f"Databricks run {outcome.get('run_id')}{again} ended: {_state(outcome)}"
    parts = [
        f"{name} {_seconds(outcome[f'{name}_ms'])}"
        for name in ("queue", "setup", "execution", "cleanup")
        if outcome.get(f"{name}_ms")
    ]
    if parts:
        yield f"It took {', '.join(parts)}"


CLEAR = "Clear this task to repair it in the same run."


def judge(outcome: Mapping[str, Any], label: str, way_out: str = CLEAR) -> None:
    """Returns if the Airflow task has succeeded.

    Raises:
        AirflowSkipException: Databricks left the task out on purpose
        DatabricksTaskFailed: it did not succeed
    """
    verdict = outcome["verdict"]
    if verdict in GOOD:
        return
    if verdict == "skipped" and outcome.get("termination_code") == "MAX_CONCURRENT_RUNS_EXCEEDED":
        verdict = "failed"  # nobody left it out: the job was full, and its queue is switched off
    if verdict in SKIPPED:
        raise AirflowSkipException(f"Databricks left {label} out: {_state(outcome)}")
    lines = [f"{label} {_words(verdict)} at Databricks: {_state(outcome)}"]
    error = str(outcome.get("error") or "").strip()
    if error:
        lines.append(error)
    if outcome.get("url"):
        lines.append(f"See {outcome['url']}. {way_out}")
    raise DatabricksTaskFailed("\n".join(lines))


def _words(verdict: str) -> str:
    return {
        "timed_out": "ran out of time",
        "canceled": "was canceled",
        "upstream_failed": "was not run because a task before it failed",
    }.get(verdict, "failed")


def _state(outcome: Mapping[str, Any]) -> str:
    words = [
        str(outcome[name]) for name in ("life_cycle_state", "result_state", "termination_code") if outcome.get(name)
    ]
    message = str(outcome.get("state_message") or "").strip()
    return " ".join(dict.fromkeys(words)) + (f" ({message})" if message else "")


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f} s"
