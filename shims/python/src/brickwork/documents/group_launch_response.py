"""Response of group.launch."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe
from brickwork.documents.handle import Handle
from brickwork.documents.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLaunchResponse(Document):
    """Response of group.launch.

    Attributes:
        run_id_str: The same for readers whose numbers end at 2^53.
        job_id: Missing for a one-time run (job_identity none).
        job_id_str: The same for readers whose numbers end at 2^53.
        attached: This key had started a run before: this is that run. Without `state` in the request only launches
            of this client are known.
        created: The job is new.
        reset: The job's definition differed and was replaced.
    """

    handle: Handle
    run_id: int
    run_id_str: str
    job_id: int | None = None
    job_id_str: str | None = None
    attached: bool
    created: bool
    reset: bool
    state: State | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupLaunchResponse:
        return cls(
            handle=Handle.read(document["handle"]),
            run_id=document["run_id"],
            run_id_str=document["run_id_str"],
            job_id=document.get("job_id"),
            job_id_str=document.get("job_id_str"),
            attached=document["attached"],
            created=document["created"],
            reset=document["reset"],
            state=maybe(State.read, document.get("state")),
            raw=document,
        )
