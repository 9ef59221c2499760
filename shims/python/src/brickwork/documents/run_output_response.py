"""Response of run.output."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from brickwork.documents._base import Document, maybe, many

TaskOutputState: TypeAlias = Literal[
    "running",
    "succeeded",
    "succeeded_with_failures",
    "failed",
    "canceled",
    "timed_out",
    "skipped",
    "waiting",
    "pending",
    "upstream_failed",
    "excluded",
    "disabled",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutputResponse(Document):
    """Response of run.output.

    Attributes:
        outputs: In the order of the handle; read with what failed first.
    """

    outputs: tuple[TaskOutput, ...]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunOutputResponse:
        return cls(
            outputs=many(TaskOutput.read)(document["outputs"]),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOutput(Document):
    """Part of run.output-response/1.

    Attributes:
        path: Names of groups and the task, joined by /; without a handle the task_key.
        task_key: The task in Databricks' words.
        run_id_str: The same for readers whose numbers end at 2^53.
        attempt: 1 is the first.
        iteration: Of a for-each task: position in the workspace's list.
        result: Exit value of a notebook.
        unread: Why the workspace did not give this output; the others are there.
        children: When asked for: what a run-job or for-each task started.
        children_left_out: Children whose output was not read, because there are too many.
        sql_output: In Databricks' own form, as every other member that ends in _output.
    """

    path: str
    task_key: str
    run_id: int | None = None
    run_id_str: str | None = None
    attempt: int | None = None
    iteration: int | None = None
    state: TaskOutputState
    result: str | None = None
    result_truncated: bool | None = None
    logs: str | None = None
    logs_truncated: bool | None = None
    error: str | None = None
    error_trace: str | None = None
    url: str | None = None
    info: str | None = None
    unread: str | None = None
    children: tuple[TaskOutput, ...] | None = None
    children_left_out: int | None = None
    sql_output: dict[str, Any] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> TaskOutput:
        return cls(
            path=document["path"],
            task_key=document["task_key"],
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            attempt=document.get("attempt"),
            iteration=document.get("iteration"),
            state=document["state"],
            result=document.get("result"),
            result_truncated=document.get("result_truncated"),
            logs=document.get("logs"),
            logs_truncated=document.get("logs_truncated"),
            error=document.get("error"),
            error_trace=document.get("error_trace"),
            url=document.get("url"),
            info=document.get("info"),
            unread=document.get("unread"),
            children=maybe(many(TaskOutput.read), document.get("children")),
            children_left_out=document.get("children_left_out"),
            sql_output=document.get("sql_output"),
            raw=document,
        )
