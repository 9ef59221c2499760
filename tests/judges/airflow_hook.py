"""Calls the stock DatabricksHook, method by method, and prints what it saw as one JSON line."""

import json
import sys
import time

from airflow.providers.databricks.hooks.databricks import DatabricksHook, RunLifeCycleState
from airflow.providers.common.compat.sdk import AirflowException

SAME = {"op": "EQUAL_TO", "left": "1", "right": "1"}
NEVER = {"op": "GREATER_THAN", "left": "x", "right": "1"}


def finished(hook, run_id):
    while not (state := hook.get_run_state(run_id)).is_terminal:
        time.sleep(0.1)
    return state


def main(notebook):
    hook = DatabricksHook("databricks_default", retry_delay=0.1)
    saw = {"connection": hook.test_connection()[0]}
    job = {"name": "from the hook", "tags": {"made_by": "hook"},
           "tasks": [{"task_key": "a", "condition_task": SAME},
                     {"task_key": "b", "condition_task": NEVER, "depends_on": [{"task_key": "a"}]}]}
    job_id = hook.create_job(job)
    saw["found"] = hook.find_job_id_by_name("from the hook") == job_id
    saw["listed"] = job_id in [each["job_id"] for each in hook.list_jobs(limit=1)]
    run_id = hook.run_now({"job_id": job_id})
    state = finished(hook, run_id)
    saw["failed"] = [state.life_cycle_state, state.result_state, state.is_successful]
    saw["life_cycle_known"] = state.life_cycle_state in [each.value for each in RunLifeCycleState]
    saw["page"] = hook.get_run_page_url(run_id)
    saw["job_of_run"] = hook.get_job_id(run_id) == job_id
    saw["message"] = hook.get_run_state_str(run_id)
    tasks = {task["task_key"]: task["run_id"] for task in hook.get_run(run_id)["tasks"]}
    saw["task_output"] = sorted(hook.get_run_output(tasks["b"]))
    saw["latest_repair"] = hook.get_latest_repair_id(run_id)

    job["tasks"][1]["condition_task"] = SAME
    hook.reset_job(job_id, job)
    repair_id = hook.repair_run({"run_id": run_id, "rerun_all_failed_tasks": True})
    saw["repaired"] = [finished(hook, run_id).result_state, hook.get_latest_repair_id(run_id) == repair_id]
    try:
        hook.repair_run({"run_id": run_id, "rerun_tasks": ["a"]})
        saw["second_repair"] = "taken"
    except AirflowException as error:
        saw["second_repair"] = "latest repair ID" in str(error)
    hook.repair_run({"run_id": run_id, "rerun_tasks": ["a"], "latest_repair_id": repair_id})
    saw["again"] = finished(hook, run_id).result_state

    hook.update_job_permission(job_id, {"access_control_list": [
        {"user_name": "brickwork@localhost", "permission_level": "IS_OWNER"}]})
    submitted = hook.submit_run({"run_name": "by the hook", "tasks": [
        {"task_key": "n", "notebook_task": {"notebook_path": notebook, "base_parameters": {"who": "hook"}}}]})
    saw["submitted"] = finished(hook, submitted).result_state
    saw["result"] = hook.get_run_output(hook.get_run(submitted)["tasks"][0]["run_id"])["notebook_output"]["result"]

    sleeping = hook.submit_run({"tasks": [{"task_key": "n", "notebook_task": {
        "notebook_path": notebook, "base_parameters": {"who": "nobody", "seconds": "600"}}}]})
    hook.cancel_run(sleeping)
    saw["canceled"] = finished(hook, sleeping).result_state
    hook.cancel_all_runs(job_id)
    hook.delete_run(submitted)
    try:
        hook.get_run(submitted)
    except AirflowException as error:
        saw["deleted"] = "does not exist" in str(error)

    cluster_id = hook.create_cluster({"cluster_name": "hook", "spark_version": "16.4.x-scala2.12",
                                      "node_type_id": "local", "num_workers": 0}) if hasattr(hook, "create_cluster") \
        else hook._do_api_call(("POST", "2.1/clusters/create"), {
            "cluster_name": "hook", "spark_version": "16.4.x-scala2.12", "node_type_id": "local",
            "num_workers": 0})["cluster_id"]
    while not (cluster := hook.get_cluster_state(cluster_id)).is_running:
        assert not cluster.is_terminal, cluster
        time.sleep(0.2)
    hook.restart_cluster({"cluster_id": cluster_id})
    hook.terminate_cluster({"cluster_id": cluster_id})
    saw["spark_versions"] = "versions" in hook.get_spark_versions() if hasattr(hook, "get_spark_versions") else True
    print(json.dumps(saw))


main(sys.argv[1])
