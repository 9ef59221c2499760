"""What differs from launch to launch becomes job parameters, so that the job's definition stays the same.

A definition that holds the date would be another one every day: each launch would reset the job, two DAG runs at the
same time would reset it under each other, and a repair of yesterday's run would find today's definition.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from brickwork_airflow.templates import has_reference

LIMIT = 9_000
"""Bytes of names and values. Databricks takes 10,000 with a run."""


@dataclass(slots=True)
class Varying:
    """Job parameters of one launch, by their name.

    Attributes:
        enabled: when not, values stay in the definition, as with the stock provider
    """

    enabled: bool = True
    values: dict[str, str] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _size: int = 0

    def put(self, name: str, raw: Any, rendered: Any) -> Any:
        """What stands in the definition: the value, or a reference to the job parameter that holds it.

        Args:
            name: of the task's parameter
            raw: as the DAG file has it
            rendered: the same for this launch
        """
        text = as_text(rendered)
        if not self.enabled or raw == rendered or has_reference(text):
            return text
        identity = (name, raw if isinstance(raw, str) else repr(raw))
        known = self._names.get(identity)
        if known is None:
            known = self._named(name)
            if self._size + len(known) + len(text.encode()) > LIMIT:
                return text
            self._size += len(known) + len(text.encode())
            self._names[identity] = known
            self.values[known] = text
        return f"{{{{job.parameters.{known}}}}}"

    def _named(self, name: str) -> str:
        """airflow_<name>: no parameter of a task has that name, or the job's would hide it."""
        base = "airflow_" + re.sub(r"\W", "_", name)
        number = 1
        while (candidate := base if number == 1 else f"{base}_{number}") in self.values:
            number += 1
        return candidate


def as_text(value: Any) -> str:
    """Parameters of tasks are text for Databricks."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, (bool, dict, list, tuple)):
        return json.dumps(value)
    return str(value)
