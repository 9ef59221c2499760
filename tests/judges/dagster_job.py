"""Runs and submits through dagster-databricks's ops in one Dagster process and prints the outcome as one JSON line."""

import json
import sys

from dagster import job
from dagster_databricks import DatabricksClientResource, create_databricks_run_now_op, create_databricks_submit_run_op


def main(host, token, job_id, notebook):
    run_now = create_databricks_run_now_op(databricks_job_id=int(job_id), poll_interval_seconds=1)
    submit = create_databricks_submit_run_op(
        databricks_job_configuration={"task_key": "by_dagster", "notebook_task": {"notebook_path": notebook}},
        poll_interval_seconds=1, name="submit")

    @job(resource_defs={"databricks": DatabricksClientResource(host=host, token=token)})
    def judged():
        submit(start_after=[run_now()])

    result = judged.execute_in_process(raise_on_error=False)
    print(json.dumps({"success": result.success}))


main(*sys.argv[1:])
