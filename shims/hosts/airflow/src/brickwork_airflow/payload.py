"""Bodies of runs/submit and run-now from what the operators are given."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

OF_TASK = (
    "notebook_task", "spark_jar_task", "spark_python_task", "spark_submit_task", "pipeline_task", "dbt_task",
    "sql_task", "python_wheel_task", "run_job_task", "condition_task", "for_each_task", "new_cluster",
    "existing_cluster_id", "libraries", "environment_key",
)  # fmt: skip
"""Members of the old form of runs/submit, of one task, that belong to the task."""
DICT_PARAMETERS = {
    "notebook_task": "base_parameters",
    "python_wheel_task": "named_parameters",
    "sql_task": "parameters",
    "run_job_task": "job_parameters",
}
SLOTS = ("notebook_params", "python_params", "jar_params", "spark_submit_params", "python_named_params", "dbt_commands")
"""Members of run-now that Databricks takes only without job_parameters."""


class PayloadMistake(ValueError):
    """What the operator was given is no request, and why."""


def merged(given: Any, named: Mapping[str, Any]) -> dict[str, Any]:
    """`json` with the named arguments laid over it."""
    return {**_mapping(given), **{name: value for name, value in named.items() if value is not None}}


def _mapping(given: Any) -> dict[str, Any]:
    if given is None or given == "":
        return {}
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            try:
                given = ast.literal_eval(given)  # what Jinja makes of a dict
            except (ValueError, SyntaxError):
                raise PayloadMistake("json is text that is neither JSON nor a Python literal") from None
    if not isinstance(given, Mapping):
        raise PayloadMistake(f"json has to be a mapping, not {type(given).__name__}")
    return dict(given)


def submit_body(body: dict[str, Any], task_id: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """runs/submit in the form of 2.2, which has tasks only.

    Args:
        body: as merged
        parameters: of the DAG, for tasks that have none
    """
    body.setdefault("run_name", task_id)
    single = {name: body.pop(name) for name in OF_TASK if name in body}
    if single and "tasks" in body:
        raise PayloadMistake(f"tasks and {', '.join(single)} exclude each other; put the latter into a task")
    if single:
        if "timeout_seconds" in body:
            single["timeout_seconds"] = body["timeout_seconds"]
        body["tasks"] = [{"task_key": task_key_of(str(body["run_name"])), **single}]
    if not body.get("tasks"):
        raise PayloadMistake("there is nothing to run: give tasks, or a task such as notebook_task")
    body["tasks"] = [_with_parameters(dict(task), parameters) for task in body["tasks"]]
    if any("dbt_task" in task for task in body["tasks"]) and "git_source" not in body:
        raise PayloadMistake("a dbt_task needs git_source")
    return body


def _with_parameters(task: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    for kind, member in DICT_PARAMETERS.items():
        if parameters and isinstance(task.get(kind), Mapping) and not task[kind].get(member):
            task[kind] = {**task[kind], member: dict(parameters)}
    return task


def run_now_body(body: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """run-now; `job_name` is left for who can look it up."""
    if "job_id" in body and "job_name" in body:
        raise PayloadMistake("job_id and job_name exclude each other")
    if "job_id" not in body and "job_name" not in body:
        raise PayloadMistake("job_id or job_name has to say which job")
    if parameters and not body.get("job_parameters") and not any(slot in body for slot in SLOTS):
        body["job_parameters"] = dict(parameters)
    return body


def forwarded(params: Mapping[str, Any]) -> dict[str, str]:
    """Params of the DAG as text; those without a value stay behind."""
    values = {name: value for name, value in dict(params).items() if value is not None}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}


def task_key_of(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name)[:100] or "task"
