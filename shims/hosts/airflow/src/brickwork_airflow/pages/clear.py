"""Clears through Airflow's public route, as the caller: rights are checked again, the audit log names the person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from brickwork_airflow.pages.plan import NotRepairableError, Plan

if TYPE_CHECKING:
    from starlette.requests import Request

COOKIE = "_token"


def credential(request: Request, user: Any) -> str:
    """The caller's own token; where the login left none, one of a minute's life for the user that Airflow resolved."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    if cookie := request.cookies.get(COOKIE):
        return cookie
    from airflow.api_fastapi.app import get_auth_manager

    return str(get_auth_manager().generate_jwt(user, expiration_time_in_seconds=60))


async def clear(plan: Plan, token: str) -> None:
    """Clears exactly what the plan names. In this process: no network, no address or certificate of ours to know."""
    import httpx
    from airflow.api_fastapi import main

    body = {
        "dry_run": False,
        "dag_run_id": plan.run_id,
        "task_ids": [each.marker for each in plan.cleared],
        "only_failed": True,
        "include_downstream": False,
        "reset_dag_runs": True,
        "prevent_running_task": True,
    }
    transport = httpx.ASGITransport(app=main.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://airflow", timeout=60) as client:
        answer = await client.post(
            f"/api/v2/dags/{quote(plan.dag_id, safe='')}/clearTaskInstances",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
        )
    if answer.status_code != 200:
        raise NotRepairableError(answer.status_code, _said(answer))
    cleared = {(each["task_id"], each["map_index"]) for each in answer.json()["task_instances"]}
    missing = [each.label for each in plan.cleared if (each.task_id, each.map_index) not in cleared]
    if missing:  # the route leaves out without a word what is not failed any more
        raise NotRepairableError(409, f"Airflow did not clear {', '.join(missing)}: somebody else was quicker.")


def _said(answer: Any) -> str:
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = answer.text
    return f"Airflow refused to clear: {detail}"[:1000]
