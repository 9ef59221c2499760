"""An operator outside of a group: one run of its own, started once for each try that has something to tell."""

from __future__ import annotations

from typing import Any


class StandaloneRun:
    def __init__(self, task: Any, context: Any, **kept: Any):
        raise NotImplementedError
