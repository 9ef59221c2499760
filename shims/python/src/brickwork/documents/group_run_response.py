"""Response of group.run."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe, many
from brickwork.documents._views import StateHolder
from brickwork.documents.handle import Handle
from brickwork.documents.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRunResponse(StateHolder, Document):
    """Response of group.run.

    Attributes:
        decisions: What the repair policy decided, oldest first.
        attached: The run is older than this launch: another process, or an earlier call, had started it.
    """

    handle: Handle
    state: State
    decisions: tuple[GroupRunResponseDecision, ...] | None = None
    attached: bool | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupRunResponse:
        return cls(
            handle=Handle.read(document["handle"]),
            state=State.read(document["state"]),
            decisions=maybe(many(GroupRunResponseDecision.read), document.get("decisions")),
            attached=document.get("attached"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRunResponseDecision(Document):
    """Part of group.run-response/1."""

    repair: bool
    reason: str
    time_ms: int
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupRunResponseDecision:
        return cls(
            repair=document["repair"],
            reason=document["reason"],
            time_ms=document["time_ms"],
            raw=document,
        )
