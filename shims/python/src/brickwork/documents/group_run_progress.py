"""Progress of group.run and notebook.run."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe, many
from brickwork.documents._views import StateHolder
from brickwork.documents.handle import Handle
from brickwork.documents.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRunProgress(StateHolder, Document):
    """Progress of group.run and notebook.run.

    Attributes:
        changed: Paths of tasks and groups that differ from what the host saw last.
        decisions: What the repair policy decided, oldest first.
    """

    handle: Handle
    state: State | None = None
    changed: tuple[str, ...] | None = None
    decisions: tuple[GroupRunProgressDecision, ...] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupRunProgress:
        return cls(
            handle=Handle.read(document["handle"]),
            state=maybe(State.read, document.get("state")),
            changed=maybe(tuple, document.get("changed")),
            decisions=maybe(many(GroupRunProgressDecision.read), document.get("decisions")),
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
