"""Databricks jobs from any scheduler: launch a group of tasks as one job, watch it, repair what failed.

    import brickwork

    with brickwork.Client() as client:  # DATABRICKS_HOST and DATABRICKS_TOKEN say which workspace
        launched = client.group.launch({"name": "daily", "tasks": [...]}, launch_key="2026-11-21")
        state = client.run.watch(launched).result()

Client waits on the calling thread, AsyncClient in an event loop. Documents are the frozen dataclasses of
brickwork.documents, whatever fails is a BrickworkError. Times are Unix time in milliseconds, durations milliseconds;
their names end in _ms.
"""

from __future__ import annotations

from brickwork._async import AsyncWatch
from brickwork._library import build_info, load_library
from brickwork._secrets import Secret
from brickwork._sync import Watch
from brickwork.aio import AsyncClient
from brickwork.client import Client
from brickwork.documents.connection import Connection
from brickwork.documents.group import Group
from brickwork.documents.handle import Handle
from brickwork.documents.plan import Plan
from brickwork.documents.state import State
from brickwork.errors import BrickworkError, Status
from brickwork.pure import group

__all__ = [
    "AsyncClient",
    "AsyncWatch",
    "BrickworkError",
    "Client",
    "Connection",
    "Group",
    "Handle",
    "Plan",
    "Secret",
    "State",
    "Status",
    "Watch",
    "__version__",
    "build_info",
    "group",
    "load_library",
]


def __getattr__(name: str) -> str:
    """__version__, which is the library's too; read when asked for, because importlib.metadata is slow to import."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("brickwork")
    except PackageNotFoundError:
        return "0+source"
