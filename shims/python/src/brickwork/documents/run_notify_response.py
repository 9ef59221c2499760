"""Response of run.notify."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class RunNotifyResponse(Document):
    """Response of run.notify.

    Attributes:
        run_id_str: The same for readers whose numbers end at 2^53.
        watchers: Watches of this run in this process, of this login.
        looked: False: a look that an earlier event asked for had not been sent yet, and serves this one too.
        verdict: Of the run, as the look found it.
    """

    event_type: str
    run_id: int
    run_id_str: str
    watchers: int
    looked: bool
    verdict: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunNotifyResponse:
        return cls(
            event_type=document["event_type"],
            run_id=document["run_id"],
            run_id_str=document["run_id_str"],
            watchers=document["watchers"],
            looked=document["looked"],
            verdict=document.get("verdict"),
            raw=document,
        )
