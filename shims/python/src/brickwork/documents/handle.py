"""What another process, machine or language needs to watch, cancel or repair a run. No secret."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from brickwork.documents._base import Document, maybe, many
from brickwork.documents._views import HandleView

HandlePolicyOnAbandon: TypeAlias = Literal["leave", "cancel"]
HandlePolicyJobIdentity: TypeAlias = Literal["name", "definition", "none"]
HandleRepairSettings: TypeAlias = Literal["launched", "restored", "current"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle(HandleView, Document):
    """What another process, machine or language needs to watch, cancel or repair a run. No secret.

    Attributes:
        schema: May be left out.
        job_id_str: The same for readers whose numbers end at 2^53.
        run_id_str: The same for readers whose numbers end at 2^53.
        name: Name of the job or the run.
        digest: Of the definition that was launched.
        groups: Paths, outermost first.
        latest_repair_id_str: The same for readers whose numbers end at 2^53.
        repairs: Those asked for with this handle, the newest last.
    """

    schema: str | None = None
    host: str
    workspace_id: str | None = None
    job_id: int | None = None
    job_id_str: str | None = None
    run_id: int
    run_id_str: str | None = None
    run_page_url: str | None = None
    name: str | None = None
    launch_key: str | None = None
    idempotency_token: str | None = None
    digest: str | None = None
    tasks: tuple[HandleTask, ...] | None = None
    groups: tuple[str, ...] | None = None
    policy: HandlePolicy | None = None
    latest_repair_id: int | None = None
    latest_repair_id_str: str | None = None
    repairs: tuple[HandleRepair, ...] | None = None
    library_version: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> Handle:
        return cls(
            schema=document.get("schema"),
            host=document["host"],
            workspace_id=document.get("workspace_id"),
            job_id=document.get("job_id"),
            job_id_str=document.get("job_id_str"),
            run_id=document["run_id"],
            run_id_str=document.get("run_id_str"),
            run_page_url=document.get("run_page_url"),
            name=document.get("name"),
            launch_key=document.get("launch_key"),
            idempotency_token=document.get("idempotency_token"),
            digest=document.get("digest"),
            tasks=maybe(many(HandleTask.read), document.get("tasks")),
            groups=maybe(tuple, document.get("groups")),
            policy=maybe(HandlePolicy.read, document.get("policy")),
            latest_repair_id=document.get("latest_repair_id"),
            latest_repair_id_str=document.get("latest_repair_id_str"),
            repairs=maybe(many(HandleRepair.read), document.get("repairs")),
            library_version=document.get("library_version"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleTask(Document):
    """Part of handle/1.

    Attributes:
        path: Names of groups and the task, joined by /; without a handle the task_key.
        task_key: The task in Databricks' words.
    """

    path: str
    task_key: str
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> HandleTask:
        return cls(
            path=document["path"],
            task_key=document["task_key"],
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlePolicy(Document):
    """Part of handle/1."""

    repair: dict[str, Any] | None = None
    on_abandon: HandlePolicyOnAbandon | None = None
    job_identity: HandlePolicyJobIdentity | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> HandlePolicy:
        return cls(
            repair=document.get("repair"),
            on_abandon=document.get("on_abandon"),
            job_identity=document.get("job_identity"),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleRepair(Document):
    """Part of handle/1.

    Attributes:
        repair_id_str: The same for readers whose numbers end at 2^53.
        settings: Which settings of the job it ran with: those of the launch, those of the launch put back for it,
            or what the job had at that moment; left out when it is not known.
    """

    repair_id: int
    repair_id_str: str | None = None
    asked_by: str | None = None
    settings: HandleRepairSettings | None = None
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> HandleRepair:
        return cls(
            repair_id=document["repair_id"],
            repair_id_str=document.get("repair_id_str"),
            asked_by=document.get("asked_by"),
            settings=document.get("settings"),
            raw=document,
        )
