"""Response of run.cancel."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from brickwork.documents._base import Document, maybe, unless_text
from brickwork.documents.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCancelResponse(Document):
    """Part of run.cancel-response/1."""

    state: str | State | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunCancelResponse:
        return cls(
            state=maybe(unless_text(State.read), document.get("state")),
            raw=document,
        )


RunCancelResponseOrState: TypeAlias = State | RunCancelResponse


def read_run_cancel_response_or_state(document: dict[str, Any]) -> RunCancelResponseOrState:
    return State.read(document) if "verdict" in document else RunCancelResponse.read(document)
