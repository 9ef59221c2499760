"""Response of run.sweep."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, many


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSweepResponse(Document):
    """Response of run.sweep.

    Attributes:
        canceled: Launcher dead, on_abandon cancel: asked to stop.
        abandoned: Launcher dead, on_abandon leave: goes on.
        ended: Over or gone already.
        held: Launcher lives, or was not watched for long enough.
        failed: Could not be decided; the lease stays.
    """

    canceled: tuple[RunSweepResponseCanceled, ...]
    abandoned: tuple[RunSweepResponseAbandoned, ...]
    ended: tuple[RunSweepResponseEnded, ...]
    held: tuple[RunSweepResponseHeld, ...]
    failed: tuple[RunSweepResponseFailed, ...]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunSweepResponse:
        return cls(
            canceled=many(RunSweepResponseCanceled.read)(document["canceled"]),
            abandoned=many(RunSweepResponseAbandoned.read)(document["abandoned"]),
            ended=many(RunSweepResponseEnded.read)(document["ended"]),
            held=many(RunSweepResponseHeld.read)(document["held"]),
            failed=many(RunSweepResponseFailed.read)(document["failed"]),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSweepResponseCanceled(Document):
    """Part of run.sweep-response/1."""

    run_id: int | None = None
    run_id_str: str | None = None
    name: str | None = None
    launch_key: str | None = None
    message: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunSweepResponseCanceled:
        return cls(
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            name=document.get("name"),
            launch_key=document.get("launch_key"),
            message=document.get("message"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSweepResponseAbandoned(Document):
    """Part of run.sweep-response/1."""

    run_id: int | None = None
    run_id_str: str | None = None
    name: str | None = None
    launch_key: str | None = None
    message: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunSweepResponseAbandoned:
        return cls(
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            name=document.get("name"),
            launch_key=document.get("launch_key"),
            message=document.get("message"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSweepResponseEnded(Document):
    """Part of run.sweep-response/1."""

    run_id: int | None = None
    run_id_str: str | None = None
    name: str | None = None
    launch_key: str | None = None
    message: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunSweepResponseEnded:
        return cls(
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            name=document.get("name"),
            launch_key=document.get("launch_key"),
            message=document.get("message"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSweepResponseHeld(Document):
    """Part of run.sweep-response/1."""

    run_id: int | None = None
    run_id_str: str | None = None
    name: str | None = None
    launch_key: str | None = None
    message: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunSweepResponseHeld:
        return cls(
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            name=document.get("name"),
            launch_key=document.get("launch_key"),
            message=document.get("message"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSweepResponseFailed(Document):
    """Part of run.sweep-response/1."""

    run_id: int | None = None
    run_id_str: str | None = None
    name: str | None = None
    launch_key: str | None = None
    message: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> RunSweepResponseFailed:
        return cls(
            run_id=document.get("run_id"),
            run_id_str=document.get("run_id_str"),
            name=document.get("name"),
            launch_key=document.get("launch_key"),
            message=document.get("message"),
            raw=document,
        )
