"""A run, or one task of it, that somebody waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class WatchedRun:
    """Small and JSON: it is kept in the database for each task that waits.

    Attributes:
        conn_id: Airflow connection
        host: of the workspace
        run_id: of the job's run, not of the task
        path, task_key: of the task in its run; empty for the whole run
        latest_repair_id: the youngest repair that is known here; what ended before it is no end
    """

    conn_id: str
    host: str
    run_id: int
    path: str = ""
    task_key: str = ""
    latest_repair_id: int | None = None
    poll_ms: int | None = None

    @classmethod
    def of(cls, handle: Mapping[str, Any], conn_id: str, path: str = "", poll_ms: int | None = None) -> WatchedRun:
        """From handle/1.

        Raises:
            LookupError: the run has no such task
        """
        key = ""
        if path:
            keys = {task["path"]: task["task_key"] for task in handle.get("tasks", ())}
            if path not in keys:
                raise LookupError(
                    f"the run {handle['run_id']} has no task {path!r}: the group changed after it was launched. Clear "
                    "its launch task to start a run with all that is in it now"
                )
            key = keys[path]
        latest = handle.get("latest_repair_id")
        return cls(conn_id, handle["host"], int(handle["run_id"]), path, key, latest, poll_ms)

    def handle(self) -> dict[str, Any]:
        """handle/1 with this task alone."""
        handle: dict[str, Any] = {"schema": "handle/1", "host": self.host, "run_id": self.run_id}
        if self.path:
            handle["tasks"] = [{"path": self.path, "task_key": self.task_key}]
        if self.latest_repair_id:
            handle["latest_repair_id"] = self.latest_repair_id
        return handle

    def whole(self) -> WatchedRun:
        return replace(self, path="", task_key="")

    def watch_arguments(self) -> dict[str, Any]:
        """Of client.run.watch, besides the handle."""
        return {**({"task": self.path} if self.path else {}), **({"poll_ms": self.poll_ms} if self.poll_ms else {})}

    def document(self) -> dict[str, Any]:
        return asdict(self)
