"""Submits a run through prefect-databricks, waits for it by its own flow, and prints what it saw as one JSON line."""

import json
import sys

from prefect import flow
from prefect_databricks import DatabricksCredentials
from prefect_databricks.flows import (
    DatabricksJobInternalError,
    jobs_runs_submit_and_wait_for_completion,
    jobs_runs_submit_by_id_and_wait_for_completion,
)
from prefect_databricks.jobs import jobs_create, jobs_runs_get, jobs_runs_list

SAME = {"op": "EQUAL_TO", "left": "1", "right": "1"}


@flow
async def judge(instance, token, certificate, notebook):
    credentials = DatabricksCredentials(databricks_instance=instance, token=token,
                                        client_kwargs={"verify": certificate})
    saw = {}
    tasks = [{"task_key": "hello", "notebook_task": {"notebook_path": notebook, "base_parameters": {"who": "prefect"}}}]
    outputs = await jobs_runs_submit_and_wait_for_completion(
        databricks_credentials=credentials, run_name="by prefect", tasks=tasks, poll_frequency_seconds=1,
        max_wait_seconds=300, return_metadata=False)
    saw["outputs"] = {str(key): value.get("notebook_output", value) for key, value in outputs.items()} \
        if isinstance(outputs, dict) else str(outputs)
    job = await jobs_create(databricks_credentials=credentials, name="from prefect", tasks=[
        {"task_key": "a", "notebook_task": {"notebook_path": notebook}}])
    done = await jobs_runs_submit_by_id_and_wait_for_completion(
        databricks_credentials=credentials, job_id=job["job_id"], poll_frequency_seconds=1,
        max_wait_seconds=300)
    saw["by_id"] = sorted(str(key) for key in done)
    try:
        await jobs_runs_submit_and_wait_for_completion(
            databricks_credentials=credentials, run_name="fails", poll_frequency_seconds=1, max_wait_seconds=300,
            tasks=[{"task_key": "a", "notebook_task": {"notebook_path": "/Shared/nowhere"}}])
        saw["failure"] = "not seen"
    except DatabricksJobInternalError as error:
        saw["failure"] = "seen" if "nowhere" in str(error) else str(error)
    runs = await jobs_runs_list(databricks_credentials=credentials, limit=10)
    saw["runs"] = sorted(run["run_name"] for run in runs["runs"])
    first = await jobs_runs_get(run_id=runs["runs"][0]["run_id"], databricks_credentials=credentials)
    saw["got"] = first["run_id"] == runs["runs"][0]["run_id"]
    return saw


if __name__ == "__main__":
    import asyncio

    print(json.dumps(asyncio.run(judge(*sys.argv[1:]))))
