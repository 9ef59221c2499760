"""The page of the plugin: GET shows the plan and changes nothing, POST clears. Imported only by an API server.

Airflow mounts it without any protection of its own. A caller is who Airflow's own `get_user` says, may look with the
right to see task instances of the DAG and repair with the right to edit them. The login cookie alone protects a POST
from other sites only sometimes (the page of SimpleAuthManager sets it without SameSite), hence Sec-Fetch-Site and the
seal.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from airflow.api_fastapi.app import API_ROOT_PATH, get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from airflow.models.dag import DagModel
from airflow.utils.session import create_session
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException

from brickwork_airflow.pages.clear import clear, credential
from brickwork_airflow.pages.document import page, plan_page, problem_page
from brickwork_airflow.pages.plan import NotRepairableError, Plan, dag_of_run, instances_of, plan_repair
from brickwork_airflow.pages.seal import opened, seal

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
MAX_FORM_BYTES = 64 * 1024

app = FastAPI(title="Brickwork", docs_url=None, redoc_url=None, openapi_url=None)


def is_one_dag(dag_id: str) -> None:
    """`~` means any DAG to the check of rights."""
    if dag_id == "~":
        raise HTTPException(404, "There is no DAG ~.")


def is_from_here(request: Request) -> None:
    """Every browser of today says which site made it send a request, and no page can change what it says."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise HTTPException(403, "This request was made by another site.")


MAY_LOOK = [Depends(is_one_dag), Depends(requires_access_dag("GET", DagAccessEntity.TASK_INSTANCE))]
MAY_EDIT = [
    Depends(is_from_here),
    Depends(is_one_dag),
    Depends(requires_access_dag("PUT", DagAccessEntity.TASK_INSTANCE)),
]


@app.get("/repair/{dag_id}/{run_id}", dependencies=MAY_LOOK)
def show(user: GetUserDep, dag_id: str, run_id: str, task_id: str, map_index: int | None = None) -> Response:
    """The plan; with a button for who may press it."""
    plan = _plan(dag_id, run_id, task_id, map_index)
    details = DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))
    may_edit = get_auth_manager().is_authorized_dag(
        method="PUT", access_entity=DagAccessEntity.TASK_INSTANCE, details=details, user=user
    )
    sealed = seal(_shown(user, plan, task_id, map_index)) if may_edit else None
    what = "Repair all failed tasks" if map_index is None else f"Repair {task_id}"
    return HTMLResponse(plan_page(plan, sealed, _run_page(dag_id, run_id), what), headers=HEADERS)


@app.post("/repair/{dag_id}/{run_id}", dependencies=MAY_EDIT)
async def repair(
    request: Request, user: GetUserDep, dag_id: str, run_id: str, task_id: str, map_index: int | None = None
) -> Response:
    """Clears what the page has shown, if that is still what there is."""
    content = opened(await _field(request, "seal"))
    if not isinstance(content, list) or content[:5] != [str(user.get_id()), dag_id, run_id, task_id, map_index]:
        raise HTTPException(
            403,
            "This request does not come from the page of this repair, or the page was opened more than 15 minutes ago. "
            "Open it again.",
        )
    plan = await run_in_threadpool(_plan, dag_id, run_id, task_id, map_index)
    if content != _shown(user, plan, task_id, map_index):
        raise NotRepairableError(
            409, "The tasks have changed since the page was shown. Open it again to see what is left."
        )
    await clear(plan, credential(request, user))
    if request.headers.get("sec-fetch-dest") == "iframe":  # a redirect would put all of Airflow into the frame
        done = page("Repairing", '<p id="repairing">The tasks are cleared and run again.</p>')
        return HTMLResponse(done, headers=HEADERS)
    return RedirectResponse(_run_page(dag_id, run_id), 303, headers=HEADERS)


@app.exception_handler(NotRepairableError)
def not_repairable(request: Request, error: NotRepairableError) -> Response:
    return HTMLResponse(problem_page(str(error), _way_back(request)), error.status, headers=HEADERS)


@app.exception_handler(AnyHTTPException)
def refused(request: Request, error: AnyHTTPException) -> Response:
    """For people: a page instead of JSON, and the login instead of a 401."""
    if error.status_code == 401 and request.method == "GET":
        login = f"{API_ROOT_PATH}auth/login?{urlencode({'next': str(request.url)})}"
        return RedirectResponse(login, 303, headers=HEADERS)
    return HTMLResponse(problem_page(str(error.detail), _way_back(request)), error.status_code, headers=HEADERS)


def _plan(dag_id: str, run_id: str, task_id: str, map_index: int | None) -> Plan:
    with create_session() as session:
        dag = dag_of_run(session, dag_id, run_id)
        return plan_repair(dag, instances_of(session, dag_id, run_id), run_id, task_id, map_index)


def _shown(user: Any, plan: Plan, task_id: str, map_index: int | None) -> list[Any]:
    """What a POST must have been shown: to whom, where, and the plan; a second click finds another plan."""
    return [str(user.get_id()), plan.dag_id, plan.run_id, task_id, map_index, plan.fingerprint()]


async def _field(request: Request, name: str) -> str:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413, "The form is too long.")
    return parse_qs(body.decode("utf-8", "replace")).get(name, [""])[0]


def _run_page(dag_id: str, run_id: str) -> str:
    return f"{API_ROOT_PATH}dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}"


def _way_back(request: Request) -> str | None:
    path = request.path_params
    return _run_page(path["dag_id"], path["run_id"]) if {"dag_id", "run_id"} <= set(path) else None
