"""Response of run.trace."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTraceResponse(Document):
    """Response of run.trace.

    Attributes:
        otlp: An ExportTraceServiceRequest of OTLP/JSON: what POST /v1/traces of a collector takes.
        openlineage: RunEvents of OpenLineage 2-0-2 in the order of their times: each is what POST /api/v1/lineage
            takes.
    """

    otlp: RunTraceResponseOtlp | None = None
    openlineage: tuple[dict[str, Any], ...] | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunTraceResponse:
        return cls(
            otlp=maybe(RunTraceResponseOtlp.read, document.get("otlp")),
            openlineage=maybe(tuple, document.get("openlineage")),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTraceResponseOtlp(Document):
    """An ExportTraceServiceRequest of OTLP/JSON: what POST /v1/traces of a collector takes."""

    resourceSpans: tuple[dict[str, Any], ...]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunTraceResponseOtlp:
        return cls(
            resourceSpans=tuple(document["resourceSpans"]),
            raw=document,
        )
