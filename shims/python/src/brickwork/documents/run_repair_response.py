"""Response of run.repair."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe
from brickwork.documents.handle import Handle
from brickwork.documents.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRepairResponse(Document):
    """Response of run.repair.

    Attributes:
        repair_id_str: The same for readers whose numbers end at 2^53.
        attached: Somebody else had started this repair: it runs what was asked for.
    """

    repair_id: int
    repair_id_str: str
    handle: Handle
    plan: Plan | None = None
    attached: bool | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunRepairResponse:
        return cls(
            repair_id=document["repair_id"],
            repair_id_str=document["repair_id_str"],
            handle=Handle.read(document["handle"]),
            plan=maybe(Plan.read, document.get("plan")),
            attached=document.get("attached"),
            raw=document,
        )
