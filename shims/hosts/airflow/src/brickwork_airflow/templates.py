"""Jinja and Databricks both write {{ }}. What is Databricks' own passes through Airflow's templates untouched.

Databricks' references are a closed list of roots, written as plain dotted names: no filters, no calls, no quotes.
Whatever else stands between the braces is Airflow's. A macro of the DAG with one of these names goes first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import jinja2

# `task` is Airflow's too, so only the names that Databricks has below it count.
_REFERENCE = re.compile(
    r"\{\{\s*("
    r"(?:job|tasks|workspace|backfill)\.[\w\-.\[\]]+"
    r"|task\.(?:name|run_id|execution_count|notebook_path)"
    r"|input(?:\.[\w\-.]+)?"
    r"|job_id|parent_run_id|task_retry_count|task_key|workspace_id|start_date|start_time"
    r")\s*\}\}"
)
_OPEN, _CLOSE = "\ue0b0", "\ue0b1"  # private use: in no template
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


def has_reference(value: Any) -> bool:
    """Whether a text refers to something that only Databricks knows."""
    return isinstance(value, str) and _REFERENCE.search(value) is not None


def protect(text: str, context: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The text with a mark in place of each of Databricks' references, and what the marks stand for."""
    taken: list[str] = []

    def mark(found: re.Match[str]) -> str:
        root = re.split(r"[.\[]", found.group(1), maxsplit=1)[0]
        if root in context and root != "task":
            return found.group(0)
        taken.append(found.group(0))
        return f"{_OPEN}{len(taken) - 1}{_CLOSE}"

    return (_REFERENCE.sub(mark, text), taken) if "{{" in text else (text, taken)


def restore(rendered: Any, taken: list[str]) -> Any:
    """What `protect` took, put back; native rendering may have made something else of the text."""
    if not taken:
        return rendered
    if isinstance(rendered, str):
        return _MARK.sub(lambda found: taken[int(found.group(1))], rendered)
    if isinstance(rendered, dict):
        return {restore(key, taken): restore(value, taken) for key, value in rendered.items()}
    if isinstance(rendered, (list, tuple, set)):
        return type(rendered)(restore(each, taken) for each in rendered)
    return rendered


class PassesReferences:
    """For operators: render_template that leaves Databricks' references as they are."""

    def render_template(
        self,
        content: Any,
        context: Any,
        jinja_env: jinja2.Environment | None = None,
        seen_oids: set[int] | None = None,
    ) -> Any:
        taken: list[str] = []
        if isinstance(content, str):
            content, taken = protect(content, context)
        rendered = super().render_template(content, context, jinja_env, seen_oids)  # type: ignore[misc]
        return restore(rendered, taken)
