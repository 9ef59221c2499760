"""Airflow's plugin: links on task instances, and the page on which a repair is confirmed.

The entry point `airflow.plugins` is imported by every Airflow process, commands too. So nothing is made before an API
server asks for it, and what it needs must not be missed elsewhere.
"""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin


class _WhenAsked:
    """A class attribute that is made at its first use."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        made = self._make()
        setattr(owner, self._name, made)
        return made


class _App:
    """The page as an ASGI application that is imported at its first request."""

    def __init__(self) -> None:
        self._app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self._app is None:
            from brickwork_airflow.pages.app import app

            self._app = app
        await self._app(scope, receive, send)


def _links() -> list[Any]:
    from brickwork_airflow.pages.links import JobRunLink, RepairAllLink, RepairTaskLink

    return [RepairAllLink(), RepairTaskLink(), JobRunLink()]


def _apps() -> list[dict[str, Any]]:
    from brickwork_airflow.pages.address import PREFIX

    return [{"app": _App(), "url_prefix": PREFIX, "name": "Brickwork"}]


class BrickworkPlugin(AirflowPlugin):
    """Links and page."""

    name = "brickwork"
    operator_extra_links = _WhenAsked(_links)
    fastapi_apps = _WhenAsked(_apps)
