"""Parameters of a task of any kind: what its group adds, and what differs from launch to launch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brickwork_airflow.document import GroupDocument
    from brickwork_airflow.varying import Varying

NAMED = {
    "notebook_task": "base_parameters",
    "python_wheel_task": "named_parameters",
    "run_job_task": "job_parameters",
    "sql_task": "parameters",
}
LISTS = {
    "spark_python_task": "python_params",
    "python_wheel_task": "python_params",
    "spark_jar_task": "jar_params",
    "spark_submit_task": "spark_submit_params",
}
"""Kinds whose `parameters` are a list, and the group's argument that is meant for them."""


def with_parameters(config: Mapping[str, Any], raw: Any, document: GroupDocument) -> dict[str, Any]:
    """A task's rendered JSON with its own parameters over those of its group.

    Args:
        config: rendered
        raw: the same as the DAG file has it, or what it was rendered from
    """
    written = dict(config)
    for kind, member in NAMED.items():
        if isinstance(written.get(kind), Mapping):
            from_group = document.of_group("notebook_params") if kind == "notebook_task" else ({}, {})
            written[kind] = _named(written[kind], _inside(raw, kind), member, from_group, document.varying)
    for kind, argument in LISTS.items():
        if isinstance(written.get(kind), Mapping):
            written[kind] = _listed(written[kind], _inside(raw, kind), document.of_group(argument), document.varying)
    return written


def _named(
    task: Mapping[str, Any], raw: Any, member: str, from_group: tuple[Any, Any], varying: Varying
) -> dict[str, Any]:
    own, own_raw = task.get(member) or {}, _inside(raw, member)
    if not isinstance(own, Mapping):
        return dict(task)
    group_raw, group = from_group
    both = {
        name: varying.put(name, _inside(group_raw, name), value) for name, value in group.items() if name not in own
    }
    both |= {name: varying.put(name, _inside(own_raw, name), value) for name, value in own.items()}
    return {**task, member: both} if both or member in task else dict(task)


def _listed(task: Mapping[str, Any], raw: Any, from_group: tuple[Any, Any], varying: Varying) -> dict[str, Any]:
    if "named_parameters" in task:
        return dict(task)
    group_raw, group = from_group
    own = task.get("parameters")
    values, values_raw = (group, group_raw) if own is None else (own, _inside(raw, "parameters"))
    if not values or not isinstance(values, (list, tuple)):
        return dict(task)
    put = [varying.put(f"parameter_{at}", _inside(values_raw, at), value) for at, value in enumerate(values)]
    return {**task, "parameters": put}


def _inside(raw: Any, name: str | int) -> Any:
    """What stands at that place of the DAG file; where a whole object comes from a template, that template."""
    if isinstance(raw, Mapping):
        return raw.get(name)
    if isinstance(raw, (list, tuple)) and isinstance(name, int):
        return raw[name] if name < len(raw) else None
    return raw
