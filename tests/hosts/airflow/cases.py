"""The cases of the provider's behaviour that concern what is sent for a group, each with the JSON that it must become.

Of the thirty that the dialect was specified by, these are about other things: 20 and 22 (which job is reset, what counts
as started) and 27 and 28 (which attempt is followed, what a repair sends) are tested in tests/unit/runs, with answers that
are ours on purpose; 25, 26 and 30 are operators outside of a group; 29 is Airflow's own parsing.
"""

A, B, C, E = ("eda84cb34dd0af0bb390b98fddbbe4e8", "361a2fa9d8594e20d68025a7b63d6b5a",
              "f537a95bc70ab07d0039719b38ab0851", "02b897dcc18b14591ece094f1625c5d0")
SUB_N, OUTER_A, UMLAUT_A = ("cfdc054718f65b2cce99606bf3eb18f1", "d010b134b2d8b9de862df6361c1e51f2",
                            "c17fa5a49627d498a1364f032dc595cf")
LOAD = "25784a4b20fc4fcbebd09da7b8f84d91"
CLUSTERS = [{"job_cluster_key": "k", "new_cluster": {"spark_version": "16.4.x-scala2.12", "num_workers": 1}}]
OTHER_CLUSTERS = [CLUSTERS[0] | {"job_cluster_key": "z"}]


def notebook(name, **arguments):
    return {"id": name, "operator": "notebook",
            "arguments": {"notebook_path": f"/{name}", "source": "WORKSPACE"} | arguments}


def generic(name, config, **arguments):
    return {"id": name, "operator": "task", "arguments": {"task_config": config} | arguments}


def group(*nodes, edges=(), **more):
    spec = {"dag_id": "d", "id": "wf", "arguments": {}, "nodes": list(nodes),
            "edges": [[one.split("/"), other.split("/")] for one, other in edges]}
    return spec | more


def task(key, name, upstreams=(), **members):
    return {"task_key": key, "depends_on": [{"task_key": one} for one in upstreams], "timeout_seconds": 0,
            "email_notifications": {}, "libraries": [],
            "notebook_task": {"notebook_path": f"/{name}", "source": "WORKSPACE", "base_parameters": {}}} | members


def job(*tasks, **members):
    return {"name": "d.wf", "email_notifications": {"no_alert_for_skipped_runs": False}, "timeout_seconds": 0,
            "tasks": list(tasks), "format": "MULTI_TASK", "job_clusters": [], "max_concurrent_runs": 1} | members


def with_arguments(**arguments):
    return group(notebook("a"), arguments=arguments)


def parameters(name, **values):
    return {"notebook_path": f"/{name}", "source": "WORKSPACE", "base_parameters": values}


def package(name):
    return {"pypi": {"package": name}}


SQL = {"sql_task": {"warehouse_id": "w", "query": {"query_id": "q"}}}
LONG = "x" * 101

CASES = {
    "1 one notebook": (group(notebook("a")), job(task(A, "a"))),
    "2 a >> b": (group(notebook("a"), notebook("b"), edges=[("a", "b")]), job(task(A, "a"), task(B, "b", [A]))),
    "3 a >> [b, c] >> e": (
        group(*map(notebook, "abce"), edges=[("a", "b"), ("a", "c"), ("b", "e"), ("c", "e")]),
        job(task(A, "a"), task(B, "b", [A]), task(C, "c", [A]), task(E, "e", [B, C]))),
    "4 an upstream outside": (
        group(notebook("a"), outside=["x"], edges_from_outside=[["x", ["a"]]]), job(task(A, "a"))),
    "5 an explicit key": (
        group(notebook("a", databricks_task_key="custom_a"), notebook("b"), edges=[("a", "b")]),
        job(task("custom_a", "a"), task(B, "b", ["custom_a"]))),
    "6 a key that is too long": (
        group(notebook("a", databricks_task_key=LONG), notebook("b"), edges=[("a", "b")]),
        job(task(A, "a"), task(B, "b", [A]))),
    "6 a key that is just not too long": (
        group(notebook("a", databricks_task_key=LONG[:100]), notebook("b"), edges=[("a", "b")]),
        job(task(LONG[:100], "a"), task(B, "b", [LONG[:100]]))),
    "6 an empty key": (group(notebook("a", databricks_task_key="")), job(task(A, "a"))),
    "7 a nested group": (
        group(notebook("a"), {"group": "sub", "nodes": [notebook("n")]}, edges=[("a", "sub")]),
        job(task(A, "a"), task(SUB_N, "n", [A]))),
    "8 inside another group": (group(notebook("a"), outer=["outer"]), job(task(OUTER_A, "a"), name="d.outer.wf")),
    "9 ids that are not ASCII": (group(notebook("a"), dag_id="dag_ü"), job(task(UMLAUT_A, "a"), name="dag_ü.wf")),
    "9 another DAG": (
        group(notebook("load"), dag_id="my-dag", id="etl"), job(task(LOAD, "load"), name="my-dag.etl")),
    "11 a run_if of task_config": (
        group(generic("a", {"run_if": "ALL_DONE"} | SQL)),
        job({"task_key": A, "depends_on": [], "run_if": "ALL_DONE"} | SQL)),
    "11 a trigger rule is stronger": (
        group(generic("a", {"run_if": "ALL_DONE"} | SQL, trigger_rule="one_failed")),
        job({"task_key": A, "depends_on": [], "run_if": "AT_LEAST_ONE_FAILED"} | SQL)),
    "12 the group's parameters": (
        group(notebook("a", notebook_params={"p": "T", "r": "2"}), generic("b", SQL),
              arguments={"notebook_params": {"p": "G", "q": "1"}}),
        job(task(A, "a", notebook_task=parameters("a", p="G", q="1", r="2")), {"task_key": B, "depends_on": []} | SQL)),
    "13 the group's packages": (
        group(notebook("a", notebook_packages=[package("y"), package("z")]),
              arguments={"notebook_packages": [package("x"), package("y")]}),
        job(task(A, "a", libraries=[package("y"), package("z"), package("x")]))),
    "14 a job cluster": (
        group(notebook("a", job_cluster_key="k"), arguments={"job_clusters": CLUSTERS}),
        job(task(A, "a", job_cluster_key="k"), job_clusters=CLUSTERS)),
    "15 an existing cluster": (
        group(notebook("a", existing_cluster_id="e")), job(task(A, "a", existing_cluster_id="e"))),
    "15 both": (
        group(notebook("a", existing_cluster_id="e", job_cluster_key="k"), arguments={"job_clusters": CLUSTERS}),
        "two_computes"),
    "15 a new cluster": (group(notebook("a", new_cluster=CLUSTERS[0]["new_cluster"])), job(task(A, "a"))),
    "16 90 s": (group(notebook("a", execution_timeout=90)), job(task(A, "a", timeout_seconds=90))),
    "16 0 s": (group(notebook("a", execution_timeout=0)), "out_of_range"),
    "16 1.9 s": (group(notebook("a", execution_timeout=1.9)), job(task(A, "a", timeout_seconds=1))),
    "17 extra_job_params": (
        with_arguments(extra_job_params={"timeout_seconds": 60, "email_notifications": {"on_failure": ["m@x"]},
                                         "queue": {"enabled": True}, "tags": {"t": "1"}}),
        job(task(A, "a"), timeout_seconds=60, queue={"enabled": True}, tags={"t": "1"},
            email_notifications={"no_alert_for_skipped_runs": False, "on_failure": ["m@x"]})),
    "18 lists are replaced": (
        with_arguments(job_clusters=CLUSTERS, extra_job_params={"job_clusters": OTHER_CLUSTERS}),
        job(task(A, "a"), job_clusters=OTHER_CLUSTERS)),
    "18 tasks too": (with_arguments(extra_job_params={"tasks": []}), job()),
    "19 no access control list": (with_arguments(access_control_list=None), job(task(A, "a"))),
    "19 an empty one": (with_arguments(access_control_list=[]), job(task(A, "a"), access_control_list=[])),
    "19 one": (
        with_arguments(access_control_list=[{"user_name": "u", "permission_level": "CAN_VIEW"}]),
        job(task(A, "a"), access_control_list=[{"user_name": "u", "permission_level": "CAN_VIEW"}])),
    "23 retries": (
        group(notebook("a", max_retries=2, min_retry_interval_millis=1000, retry_on_timeout=False)),
        job(task(A, "a", max_retries=2, min_retry_interval_millis=1000, retry_on_timeout=False))),
    "23 retries of both": (
        group(generic("a", {"max_retries": 5} | SQL, max_retries=2)),
        job({"task_key": A, "depends_on": [], "max_retries": 2} | SQL)),
    "24 a task_config with a key and upstreams": (
        group(notebook("a"), generic("b", {"task_key": "zzz", "depends_on": []} | SQL), edges=[("a", "b")]),
        job(task(A, "a"), {"task_key": B, "depends_on": []} | SQL)),
}
RUN_IF = {"all_failed": "ALL_FAILED", "all_done": "ALL_DONE", "always": "ALL_DONE", "one_success": "AT_LEAST_ONE_SUCCESS",
          "one_failed": "AT_LEAST_ONE_FAILED", "none_failed": "NONE_FAILED",
          "none_failed_min_one_success": "NONE_FAILED", "all_success": None, "one_done": None, "none_skipped": None,
          "all_skipped": None, "all_done_min_one_success": None}
CASES |= {f"10 {rule}": (
    group(notebook("a"), notebook("b", trigger_rule=rule), edges=[("a", "b")]),
    job(task(A, "a"), task(B, "b", [A], **({"run_if": run_if} if run_if else {})))) for rule, run_if in RUN_IF.items()}
