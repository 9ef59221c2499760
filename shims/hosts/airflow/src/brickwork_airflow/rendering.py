"""Templates of a member, rendered when its group is launched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import Context


class Rendering:
    """Renders fields of one task with the context of the launch task, in which `task` is the member.

    Args:
        task: an operator, whose render_template leaves Databricks' references alone
        context: None: fields stay as the DAG file has them
    """

    def __init__(self, task: Any, context: Context | None):
        self._task = task
        self._context: dict[str, Any] | None = None if context is None else {**context, "task": task}
        self._environment = None

    def value(self, raw: Any) -> Any:
        if self._context is None:
            return raw
        if isinstance(raw, (bool, int, float)) or raw is None:
            return raw
        if self._environment is None:
            self._environment = self._task.get_template_env()
        return self._task.render_template(raw, self._context, self._environment)

    def rendered(self, raw: Any) -> dict[str, tuple[Any, Any]]:
        """A mapping, or what becomes one when it is rendered, as (raw, rendered) by name."""
        return self.pairs(raw, self.value(raw))

    @staticmethod
    def pairs(raw: Any, rendered: Any) -> dict[str, tuple[Any, Any]]:
        if not isinstance(rendered, Mapping):
            raise TypeError(f"parameters have to be a mapping, not {type(rendered).__name__}")
        if isinstance(raw, Mapping) and raw.keys() == rendered.keys():
            return {str(name): (raw[name], rendered[name]) for name in rendered}
        return {str(name): (raw, rendered[name]) for name in rendered}
