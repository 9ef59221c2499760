"""Response of notebook.run."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document
from brickwork.documents._views import StateHolder
from brickwork.documents.handle import Handle
from brickwork.documents.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class NotebookRunResponse(StateHolder, Document):
    """Response of notebook.run."""

    handle: Handle
    state: State
    output: dict[str, Any] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> NotebookRunResponse:
        return cls(
            handle=Handle.read(document["handle"]),
            state=State.read(document["state"]),
            output=document.get("output"),
            raw=document,
        )
