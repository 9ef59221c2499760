"""The first try of a member starts in the triggerer: no worker is started for it unless it fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, TypeAlias

from airflow.triggers.base import BaseTrigger, TriggerEvent

from brickwork_airflow import keys
from brickwork_airflow.airflow_versions import has_listeners
from brickwork_airflow.starting import BEGIN
from brickwork_airflow.triggers.databricks import DatabricksRunTrigger
from brickwork_airflow.watched_run import WatchedRun

LAUNCHED_S = 2.0
"""How long what a launch left is kept for siblings that start together; a launch that is cleared takes longer."""

_Launch: TypeAlias = "tuple[asyncio.AbstractEventLoop, str, str, str]"
_launched: dict[_Launch, asyncio.Task[tuple[Any, Any]]] = {}


class DatabricksMemberTrigger(BaseTrigger):
    """Finds the task in the run that launch has left, and waits for its end.

    Whatever is not plain is for a worker, which begins the try as if there had been no trigger: a second try (it may
    have to ask for a repair), listeners (only workers tell them that a task began), a launch that left no run.

    Args:
        launch: id of the launch task
        path: of the task in the run
        poll_ms: how often to look; None: an interval that adapts
        ends: whether a success ends the task here
        link: whether the address of the run is left for the task's link now: that of the plugin, which finds it at
            launch, is on the classes of this package only
    """

    def __init__(self, launch: str, path: str, poll_ms: int | None = None, ends: bool = True, link: bool = False):
        super().__init__()  # type: ignore[no-untyped-call]
        self.launch = launch
        self.path = path
        self.poll_ms = poll_ms
        self.ends = ends
        self.link = link
        self._waiting: DatabricksRunTrigger | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return (
            "brickwork_airflow.triggers.members.DatabricksMemberTrigger",
            {
                "launch": self.launch,
                "path": self.path,
                "poll_ms": self.poll_ms,
                "ends": self.ends,
                "link": self.link,
            },
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        ti: Any = self.task_instance
        if ti.try_number > 1 or has_listeners():
            yield TriggerEvent({BEGIN: True})  # type: ignore[no-untyped-call]
            return
        try:
            self._waiting = await self._of_the_task()
        except asyncio.CancelledError:
            raise
        except Exception:  # the worker comes upon it, too, and says it in the log of the task
            self.log.info("A worker begins this task, because it could not begin here", exc_info=True)
            yield TriggerEvent({BEGIN: True})  # type: ignore[no-untyped-call]
            return
        async for event in self._waiting.run():
            yield event

    async def _of_the_task(self) -> DatabricksRunTrigger:
        ti: Any = self.task_instance
        handle, returned = await _what_launch_left(ti.dag_id, ti.run_id, self.launch)
        run = WatchedRun.of(handle, returned["conn_id"], self.path, self.poll_ms)
        if self.link:
            await _push(ti, keys.RUN_LINK, handle["run_page_url"])
        kept = {"run_id": run.run_id, "since_ms": int(time.time() * 1000)}
        waiting = DatabricksRunTrigger(run.document(), kept={**kept, "launch": self.launch} if self.ends else kept)
        waiting.hold_s = 0.0  # no worker has begun this try, so there is no exit that could be reported late
        waiting.trigger_id, waiting.task_instance = self.trigger_id, ti
        return waiting

    async def on_kill(self) -> None:
        if self._waiting is not None:
            await self._waiting.on_kill()


async def _what_launch_left(dag_id: str, run_id: str, launch: str) -> tuple[Any, Any]:
    """Its handle/1 and its return value. Members of a layer start together; one of them asks."""
    loop = asyncio.get_running_loop()
    for key in [key for key in _launched if key[0].is_closed()]:
        del _launched[key]
    key = (loop, dag_id, run_id, launch)
    asked = _launched.get(key)
    if asked is None:
        asked = _launched[key] = loop.create_task(_pull_both(dag_id, run_id, launch))
        asked.add_done_callback(lambda _: loop.call_later(LAUNCHED_S, _launched.pop, key, None))
    return await asyncio.shield(asked)


async def _pull_both(dag_id: str, run_id: str, launch: str) -> tuple[Any, Any]:
    return (
        await _pull(dag_id, run_id, launch, keys.HANDLE),
        await _pull(dag_id, run_id, launch, keys.RETURN_VALUE),
    )


async def _pull(dag_id: str, run_id: str, task_id: str, key: str) -> Any:
    from airflow.sdk.execution_time.comms import GetXCom
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS
    from airflow.sdk.execution_time.xcom import XCom

    found = await SUPERVISOR_COMMS.asend(GetXCom(key=key, dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=-1))
    # A backend of one's own may have put the value elsewhere, and fetches it as it likes.
    return await asyncio.to_thread(XCom.deserialize_value, found)


async def _push(ti: Any, key: str, value: Any) -> None:
    from airflow.sdk.execution_time.comms import SetXCom
    from airflow.sdk.execution_time.task_runner import SUPERVISOR_COMMS

    await SUPERVISOR_COMMS.asend(SetXCom(key=key, value=value, dag_id=ti.dag_id, run_id=ti.run_id, task_id=ti.task_id))
