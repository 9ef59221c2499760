"""The verbs as methods, named as in the table: client.run.repair_plan is run.repair_plan."""

# Written by `python -m generate` from abi/; do not edit.
from __future__ import annotations

from brickwork.verbs.auth import AsyncAuthVerbs, AuthVerbs
from brickwork.verbs.group import AsyncGroupVerbs, GroupVerbs
from brickwork.verbs.notebook import AsyncNotebookVerbs, NotebookVerbs
from brickwork.verbs.rest import AsyncRestVerbs, RestVerbs
from brickwork.verbs.run import AsyncRunVerbs, RunVerbs


class Verbs(RestVerbs):
    """All verbs of a client."""

    __slots__ = ()

    @property
    def group(self) -> GroupVerbs:
        """Task groups: check, compile, launch, run."""
        return GroupVerbs(self._caller)

    @property
    def run(self) -> RunVerbs:
        """Runs: look, watch, read, cancel, repair."""
        return RunVerbs(self._caller)

    @property
    def notebook(self) -> NotebookVerbs:
        """Single notebooks."""
        return NotebookVerbs(self._caller)

    @property
    def auth(self) -> AuthVerbs:
        """The login."""
        return AuthVerbs(self._caller)


class AsyncVerbs(AsyncRestVerbs):
    """All verbs of a client."""

    __slots__ = ()

    @property
    def group(self) -> AsyncGroupVerbs:
        """Task groups: check, compile, launch, run."""
        return AsyncGroupVerbs(self._caller)

    @property
    def run(self) -> AsyncRunVerbs:
        """Runs: look, watch, read, cancel, repair."""
        return AsyncRunVerbs(self._caller)

    @property
    def notebook(self) -> AsyncNotebookVerbs:
        """Single notebooks."""
        return AsyncNotebookVerbs(self._caller)

    @property
    def auth(self) -> AsyncAuthVerbs:
        """The login."""
        return AsyncAuthVerbs(self._caller)
