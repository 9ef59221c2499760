"""Operators that start a run of their own: a one-time run, or a run of a job that exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from brickwork_airflow.lineage import with_lineage
from brickwork_airflow.outcome import Outcome
from brickwork_airflow.payload import forwarded, merged, run_now_body, submit_body
from brickwork_airflow.run_operator import RunOperator
from brickwork_airflow.standalone import StandaloneRun

if TYPE_CHECKING:
    from airflow.sdk import Context

    from brickwork_airflow.hooks.databricks import DatabricksHook


class StartsOneRun(RunOperator):
    """What DatabricksSubmitRunOperator and DatabricksRunNowOperator share.

    Args:
        json: body of the request; named arguments go before its members
        idempotency_token: another one than that of this task; then a retry starts no new run
        durable: taken and not needed: a run is found again after every crash
        named: of the request
        kwargs: of RunOperator
    """

    template_ext: Sequence[str] = (".json-tpl",)
    NAMED: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        *,
        json: Any | None = None,
        idempotency_token: str | None = None,
        durable: bool | None = None,
        **kwargs: Any,
    ):
        self.json = json
        self.idempotency_token = idempotency_token
        super().__init__(**kwargs)

    def waiting(self, context: Context, **kept: Any) -> StandaloneRun:
        return StandaloneRun(self, context, **kept)

    def named(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.NAMED}

    def start_run(self, hook: DatabricksHook, token: str, context: Context, first: bool) -> int:
        raise NotImplementedError

    def repair_after(self, hook: DatabricksHook, outcome: Outcome) -> int | None:
        return None


class DatabricksSubmitRunOperator(StartsOneRun):
    """Runs tasks once, without a saved job (runs/submit).

    Args:
        json: body of the request
        tasks: as in the Jobs API; one task alone may be said by notebook_task and the like, with its cluster
        openlineage_inject_parent_job_info, openlineage_inject_transport_info: into the spark_conf of new clusters, for
            OpenLineage's listener in Spark; without it what the section [openlineage] says
        kwargs: of StartsOneRun
    """

    NAMED: ClassVar[tuple[str, ...]] = (
        "tasks", "spark_jar_task", "notebook_task", "spark_python_task", "spark_submit_task", "pipeline_task",
        "dbt_task", "new_cluster", "existing_cluster_id", "libraries", "environments", "run_name", "timeout_seconds",
        "access_control_list", "git_source", "performance_target",
    )  # fmt: skip
    template_fields: Sequence[str] = ("json", *NAMED, "idempotency_token", "databricks_conn_id")

    def __init__(
        self,
        *,
        json: Any | None = None,
        tasks: list[Any] | None = None,
        spark_jar_task: dict[str, Any] | None = None,
        notebook_task: dict[str, Any] | None = None,
        spark_python_task: dict[str, Any] | None = None,
        spark_submit_task: dict[str, Any] | None = None,
        pipeline_task: dict[str, Any] | None = None,
        dbt_task: dict[str, Any] | None = None,
        new_cluster: dict[str, Any] | None = None,
        existing_cluster_id: str | None = None,
        libraries: list[dict[str, Any]] | None = None,
        environments: list[dict[str, Any]] | None = None,
        run_name: str | None = None,
        timeout_seconds: int | None = None,
        access_control_list: list[dict[str, str]] | None = None,
        git_source: dict[str, str] | None = None,
        performance_target: str | None = None,
        openlineage_inject_parent_job_info: bool | None = None,
        openlineage_inject_transport_info: bool | None = None,
        **kwargs: Any,
    ):
        for name, value in list(locals().items()):
            if name in self.NAMED:
                setattr(self, name, value)
        self.openlineage_inject_parent_job_info = openlineage_inject_parent_job_info
        self.openlineage_inject_transport_info = openlineage_inject_transport_info
        super().__init__(json=json, **kwargs)

    def start_run(self, hook: DatabricksHook, token: str, context: Context, first: bool) -> int:
        body = submit_body(merged(self.json, self.named()), self.task_id, forwarded(context.get("params") or {}))
        _resolve_pipelines(hook, body["tasks"])
        body = with_lineage(
            body,
            context,
            self.log,
            parent_job=self.openlineage_inject_parent_job_info,
            transport=self.openlineage_inject_transport_info,
        )
        body.setdefault("idempotency_token", self.idempotency_token or token)
        return hook.submit_run(body)


class DatabricksRunNowOperator(StartsOneRun):
    """Runs a job that exists (run-now).

    Args:
        json: body of the request
        job_id, job_name: one of them
        job_parameters, notebook_params, ...: of the request
        repair_run: a run that failed is repaired once, in all that failed
        databricks_repair_reason_new_settings: {part of the reason: settings of the job}; a repair only when one
            matches, with these settings
        cancel_previous_runs: of the job, before this one
        openlineage_inject_parent_job_info: taken; the job's clusters are not in the request
        forward_dag_params: params of the DAG become job_parameters when there are none
        kwargs: of StartsOneRun
    """

    NAMED: ClassVar[tuple[str, ...]] = (
        "job_id", "job_name", "job_parameters", "dbt_commands", "notebook_params", "python_params", "jar_params",
        "spark_submit_params", "python_named_params", "performance_target",
    )  # fmt: skip
    template_fields: Sequence[str] = ("json", *NAMED, "idempotency_token", "databricks_conn_id")

    def __init__(
        self,
        *,
        json: Any | None = None,
        job_id: str | int | None = None,
        job_name: str | None = None,
        job_parameters: dict[str, str] | None = None,
        dbt_commands: list[str] | None = None,
        notebook_params: dict[str, str] | None = None,
        python_params: list[str] | None = None,
        jar_params: list[str] | None = None,
        spark_submit_params: list[str] | None = None,
        python_named_params: dict[str, str] | None = None,
        performance_target: str | None = None,
        openlineage_inject_parent_job_info: bool | None = None,
        repair_run: bool = False,
        databricks_repair_reason_new_settings: dict[str, Any] | None = None,
        cancel_previous_runs: bool = False,
        forward_dag_params: bool = True,
        **kwargs: Any,
    ):
        for name, value in list(locals().items()):
            if name in self.NAMED:
                setattr(self, name, value)
        self.openlineage_inject_parent_job_info = openlineage_inject_parent_job_info
        self.repair_run = repair_run
        self.databricks_repair_reason_new_settings = databricks_repair_reason_new_settings or {}
        self.cancel_previous_runs = cancel_previous_runs
        self.forward_dag_params = forward_dag_params
        super().__init__(json=json, **kwargs)

    def start_run(self, hook: DatabricksHook, token: str, context: Context, first: bool) -> int:
        params = forwarded(context.get("params") or {}) if self.forward_dag_params else {}
        body = run_now_body(merged(self.json, self.named()), params)
        name = body.pop("job_name", None)
        if name is not None:
            body["job_id"] = hook.find_job_id_by_name(name)
            if body["job_id"] is None:
                raise LookupError(f"there is no job named {name!r}, or this login does not see it")
        body["job_id"] = int(body["job_id"])
        if self.cancel_previous_runs and first:  # later it might be the run of this very token
            hook.call("POST", "/api/2.2/jobs/runs/cancel-all", body={"job_id": body["job_id"]})
        body.setdefault("idempotency_token", self.idempotency_token or token)
        return hook.run_now(body)

    def repair_after(self, hook: DatabricksHook, outcome: Outcome) -> int | None:
        if not self.repair_run:
            return None
        if self.databricks_repair_reason_new_settings:
            reason = f"{outcome.get('state_message', '')} {outcome.get('error', '')}"
            matching = [new for part, new in self.databricks_repair_reason_new_settings.items() if part in reason]
            if not matching:
                self.log.info("No repair: none of the reasons matches %r", reason)
                return None
            hook.update_job(hook.get_run(int(outcome["run_id"]))["job_id"], matching[0])
        return int(hook.client.run.repair(int(outcome["run_id"]), drift="new").repair_id)


def _resolve_pipelines(hook: DatabricksHook, tasks: list[dict[str, Any]]) -> None:
    for task in tasks:
        pipeline = task.get("pipeline_task")
        if isinstance(pipeline, dict) and pipeline.get("pipeline_name"):
            if pipeline.get("pipeline_id"):
                raise ValueError("pipeline_id and pipeline_name exclude each other")
            name = pipeline["pipeline_name"]
            page = hook.call("GET", "/api/2.0/pipelines", query={"filter": f"name LIKE '{name}'"})
            found = [each["pipeline_id"] for each in page.get("statuses", []) if each.get("name") == name]
            if len(found) != 1:
                raise LookupError(f"{len(found)} pipelines are named {name!r}")
            task["pipeline_task"] = {key: value for key, value in pipeline.items() if key != "pipeline_name"}
            task["pipeline_task"]["pipeline_id"] = found[0]


__all__ = ["DatabricksRunNowOperator", "DatabricksSubmitRunOperator"]
