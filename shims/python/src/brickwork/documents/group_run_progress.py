"""Progress of group.run and notebook.run."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from brickwork.documents._base import Document, maybe, many
from brickwork.documents._views import StateHolder
from brickwork.documents.handle import Handle
from brickwork.documents.state import State

GroupRunProgressLogStream: TypeAlias = Literal["stdout", "stderr"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRunProgress(StateHolder, Document):
    """Progress of group.run and notebook.run.

    Attributes:
        changed: Paths of tasks and groups that differ from what the host saw last.
        decisions: What the repair policy decided, oldest first.
        logs: In progress, when asked for: lines that no document before has held, in the order of each stream.
        logs_lost: Lines that were dropped because nobody looked at 8 MiB of them.
    """

    handle: Handle
    state: State | None = None
    changed: tuple[str, ...] | None = None
    decisions: tuple[GroupRunProgressDecision, ...] | None = None
    logs: tuple[GroupRunProgressLog, ...] | None = None
    logs_lost: int | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupRunProgress:
        return cls(
            handle=Handle.read(document["handle"]),
            state=maybe(State.read, document.get("state")),
            changed=maybe(tuple, document.get("changed")),
            decisions=maybe(many(GroupRunProgressDecision.read), document.get("decisions")),
            logs=maybe(many(GroupRunProgressLog.read), document.get("logs")),
            logs_lost=document.get("logs_lost"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRunProgressDecision(Document):
    """Part of group.run-progress/1."""

    repair: bool
    reason: str
    time_ms: int
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupRunProgressDecision:
        return cls(
            repair=document["repair"],
            reason=document["reason"],
            time_ms=document["time_ms"],
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRunProgressLog(Document):
    """Part of group.run-progress/1.

    Attributes:
        tasks: Paths of those that are or were on the cluster: Databricks does not say whose a line is.
        first_line: Number of the first of lines in its stream.
        unread: Why the logs of the cluster cannot be read.
    """

    cluster_id: str
    job_cluster_key: str | None = None
    tasks: tuple[str, ...]
    stream: GroupRunProgressLogStream | None = None
    first_line: int | None = None
    lines: tuple[str, ...] | None = None
    unread: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupRunProgressLog:
        return cls(
            cluster_id=document["cluster_id"],
            job_cluster_key=document.get("job_cluster_key"),
            tasks=tuple(document["tasks"]),
            stream=document.get("stream"),
            first_line=document.get("first_line"),
            lines=maybe(tuple, document.get("lines")),
            unread=document.get("unread"),
            raw=document,
        )
