"""Response of group.compile."""

# Written by `python -m generate` from abi/schema; do not edit.
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from brickwork.documents._base import Document, many
from brickwork.documents.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCompileResponse(Document):
    """Response of group.compile.

    Attributes:
        settings: Of the Jobs API 2.2, as jobs/create takes them.
        run_parameters: Values of launch.task_parameters by job parameter, for run-now.
        digest: Of the settings.
        run_now: Of the dialect airflow: parameters that the provider gives to the run, as jobs/run-now takes them.
        findings: Warnings.
    """

    settings: dict[str, Any]
    tasks: tuple[GroupCompileResponseTask, ...]
    groups: tuple[str, ...]
    run_parameters: dict[str, str] | None = None
    digest: str
    run_now: dict[str, Any] | None = None
    findings: tuple[Finding, ...]
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupCompileResponse:
        return cls(
            settings=document["settings"],
            tasks=many(GroupCompileResponseTask.read)(document["tasks"]),
            groups=tuple(document["groups"]),
            run_parameters=document.get("run_parameters"),
            digest=document["digest"],
            run_now=document.get("run_now"),
            findings=many(Finding.read)(document["findings"]),
            raw=document,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCompileResponseTask(Document):
    """Part of group.compile-response/1.

    Attributes:
        path: Names of groups and the task, joined by /; without a handle the task_key.
        task_key: The task in Databricks' words.
    """

    path: str
    task_key: str
    raw: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def read(cls, document: dict[str, Any]) -> GroupCompileResponseTask:
        return cls(
            path=document["path"],
            task_key=document["task_key"],
            raw=document,
        )
