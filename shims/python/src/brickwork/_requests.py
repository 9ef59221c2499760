"""From arguments to the request document of a verb."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

from brickwork.documents._base import plain_value
from brickwork.documents.group import Group
from brickwork.documents.handle import Handle
from brickwork.errors import BrickworkError, Status


class HasHandle(Protocol):
    """Answers of launch, run, attach and repair: what they are about is a run."""

    @property
    def handle(self) -> Handle: ...


RunLike: TypeAlias = Handle | HasHandle | Mapping[str, Any] | int | str
GroupLike: TypeAlias = Group | Mapping[str, Any]
Parameters: TypeAlias = Mapping[str, str | int | float | bool]


def which_run(run: Any) -> dict[str, Any]:
    """The members of a request that say which run is meant."""
    if isinstance(run, Handle):
        return {"handle": run.document()}
    if hasattr(run, "handle"):
        return which_run(run.handle)
    if isinstance(run, Mapping):
        return {"handle": dict(run)}
    if isinstance(run, int) and not isinstance(run, bool):
        return {"run_id": run}
    if isinstance(run, str):
        return {"run_id": run} if run.isdigit() else {"url": run}
    raise BrickworkError.of_shim(
        Status.INVALID_ARGUMENT,
        f"a {type(run).__name__} is no run; give a handle, an answer with one, a run id or the address of a run page",
    )


def request(run: Any, **members: Any) -> bytes:
    """The request as JSON; members that are None are left out."""
    document = {} if run is None else which_run(run)
    document |= {name: plain_value(value) for name, value in members.items() if value is not None}
    return to_json(document)


def to_json(document: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as wrong:
        # Its text names types, not values.
        raise BrickworkError.of_shim(
            Status.INVALID_ARGUMENT, f"the request cannot be written as JSON: {wrong}"
        ) from None
