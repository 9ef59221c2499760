"""What a task remembers over its tries: Airflow's task state store, which came with 3.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from brickwork_airflow import keys

if TYPE_CHECKING:
    from airflow.sdk import Context


class Memory:
    """Of one task instance. Before Airflow 3.3 it forgets everything; what reads it has a rule without it."""

    def __init__(self, context: Context):
        self._store: Any = context.get("task_state_store")
        self._first = (context["ti"].try_number or 1) <= 1

    @property
    def lasts(self) -> bool:
        return self._store is not None

    def reported(self) -> dict[str, Any] | None:
        """What was told last; nobody asks the store in a first try."""
        if self._store is None or self._first:
            return None
        value = self._store.get(keys.REPORTED)
        return value if isinstance(value, dict) else None

    def report(self, **what: Any) -> None:
        if self._store is not None:
            self._store.set(keys.REPORTED, what)


def cleared_after(context: Context, retries: int) -> int:
    """Tries before somebody cleared the task last; 0: nobody did. A clear sets max_tries to them and `retries`."""
    return max(0, (context["ti"].max_tries or 0) - retries)
