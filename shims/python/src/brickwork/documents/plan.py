"""What a repair would do, and why."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe, many


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan(Document):
    """What a repair would do, and why.

    Attributes:
        schema: May be left out.
        run_id_str: The same for readers whose numbers end at 2^53.
        reason: Why not.
        keep: Paths whose results stay.
        request: Body of the repair request.
        parameters: Carried over from the run.
        drift: The job's settings changed since the launch; a repair uses the new ones.
        saved_ms: Execution time of what is kept, in ms.
        unblocked: Paths that could run after this repair, but are not part of it: tasks were named without
            `dependents`.
    """

    schema: str | None = None
    run_id: int | None = None
    run_id_str: str | None = None
    possible: bool
    reason: str | None = None
    rerun: tuple[PlannedTask, ...]
    keep: tuple[str, ...]
    request: dict[str, Any] | None = None
    parameters: dict[str, Any] | None = None
    latest_repair_id: int | None = None
    latest_repair_id_str: str | None = None
    drift: bool | None = None
    saved_ms: int | None = None
    unblocked: tuple[str, ...] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> Plan:
        return cls(
            schema=document.get("schema"),
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            possible=document["possible"],
            reason=document.get("reason"),
            rerun=many(PlannedTask.read)(document["rerun"]),
            keep=tuple(document["keep"]),
            request=document.get("request"),
            parameters=document.get("parameters"),
            latest_repair_id=document.get("latest_repair_id"),
            latest_repair_id_str=document.get("latest_repair_id_str"),
            drift=document.get("drift"),
            saved_ms=document.get("saved_ms"),
            unblocked=maybe(tuple, document.get("unblocked")),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTask(Document):
    """Part of plan/1.

    Attributes:
        path: Names of groups and the task, joined by /; without a handle the task_key.
        task_key: The task in Databricks' words.
        run_id_str: The same for readers whose numbers end at 2^53.
        reason: Failed, canceled, timed_out, upstream_failed, upstream_canceled, excluded, asked for, or depends on
            <path>.
    """

    path: str
    task_key: str
    run_id: int | None = None
    run_id_str: str | None = None
    reason: str
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> PlannedTask:
        return cls(
            path=document["path"],
            task_key=document["task_key"],
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            reason=document["reason"],
            raw=document,
        )
