"""The hook: an Airflow connection becomes a brickwork client, and the calls that DAG authors make on the stock hook."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseHook

if TYPE_CHECKING:
    import brickwork

    from brickwork_airflow.connection import Opening

JOBS = "/api/2.2/jobs"


class DatabricksHook(BaseHook):
    """One workspace as one user. Opening the client sends nothing.

    Args:
        databricks_conn_id: Airflow connection of type databricks
        caller: name of the operator, for the user agent
        poll_ms: how often a watch looks; without it an interval that adapts
        stock: timeout_seconds, retry_limit, retry_delay and retry_args of the stock hook, which the library's own
            retries replace
    """

    conn_name_attr = "databricks_conn_id"
    default_conn_name = "databricks_default"
    conn_type = "databricks"
    hook_name = "Databricks"

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """How Airflow's form shows a connection of this type."""
        return {
            "hidden_fields": ["schema"],
            "relabeling": {"host": "Workspace", "login": "Client id, or empty", "password": "Token or secret"},
            "placeholders": {"host": "https://....cloud.databricks.com", "password": "a personal access token"},
        }

    def __init__(
        self,
        databricks_conn_id: str = default_conn_name,
        *stock_positional: Any,
        caller: str = "Unknown",
        poll_ms: int | None = None,
        **stock: Any,
    ):
        super().__init__()
        self.databricks_conn_id = databricks_conn_id
        self.caller = caller
        self.poll_ms = poll_ms

    @cached_property
    def opened(self) -> Opening:
        """What the client is opened with."""
        from brickwork_airflow.connection import Opening, opening

        found = opening(self.get_connection(self.databricks_conn_id), self.caller)
        return found if self.poll_ms is None else Opening({**found.members, "poll_ms": self.poll_ms}, found.secrets)

    @cached_property
    def client(self) -> brickwork.Client:
        """Opened at the first use; closed by `close`."""
        import brickwork

        return brickwork.Client(self.opened.members, secrets=self.opened.secrets)

    def get_conn(self) -> brickwork.Client:
        return self.client

    def close(self) -> None:
        client = self.__dict__.pop("client", None)
        if client is not None:
            client.close()

    def __enter__(self) -> DatabricksHook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """One request to the workspace, done well; body of the answer."""
        body = self.client.rest(path, method=method, **request).body
        return dict(body) if isinstance(body, Mapping) else {}

    def run_now(self, json: Mapping[str, Any]) -> int:
        return int(self.call("POST", f"{JOBS}/run-now", body=dict(json))["run_id"])

    def submit_run(self, json: Mapping[str, Any]) -> int:
        return int(self.call("POST", f"{JOBS}/runs/submit", body=dict(json))["run_id"])

    def create_job(self, json: Mapping[str, Any]) -> int:
        return int(self.call("POST", f"{JOBS}/create", body=dict(json))["job_id"])

    def reset_job(self, job_id: str | int, json: Mapping[str, Any]) -> None:
        self.call("POST", f"{JOBS}/reset", body={"job_id": int(job_id), "new_settings": dict(json)})

    def update_job(self, job_id: str | int, json: Mapping[str, Any]) -> None:
        self.call("POST", f"{JOBS}/update", body={"job_id": int(job_id), "new_settings": dict(json)})

    def list_jobs(self, job_name: str) -> list[dict[str, Any]]:
        """Jobs of exactly this name."""
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            query = {"name": job_name, "limit": 100, **({"page_token": token} if token else {})}
            page = self.call("GET", f"{JOBS}/list", query=query)
            found += [job for job in page.get("jobs", []) if job.get("settings", {}).get("name") == job_name]
            token = page.get("next_page_token", "")
            if not token:
                return found

    def find_job_id_by_name(self, job_name: str) -> int | None:
        jobs = self.list_jobs(job_name)
        if len(jobs) > 1:
            raise ValueError(f"{len(jobs)} jobs are named {job_name!r}; say which by job_id")
        return int(jobs[0]["job_id"]) if jobs else None

    def get_run(self, run_id: int) -> dict[str, Any]:
        return self.call("GET", f"{JOBS}/runs/get", query={"run_id": int(run_id)})

    def get_run_page_url(self, run_id: int) -> str:
        return str(self.get_run(run_id).get("run_page_url", ""))

    def get_run_output(self, run_id: int) -> dict[str, Any]:
        return self.call("GET", f"{JOBS}/runs/get-output", query={"run_id": int(run_id)})

    def cancel_run(self, run_id: int) -> None:
        self.call("POST", f"{JOBS}/runs/cancel", body={"run_id": int(run_id)})

    def test_connection(self) -> tuple[bool, str]:
        """For the button Test of Airflow's page of connections."""
        try:
            answer = self.client.auth.check()
        except Exception as refusal:  # whatever it is, the page shows it
            return False, str(refusal)
        finally:
            self.close()
        return True, f"Connection successfully tested: {answer.document()}"
