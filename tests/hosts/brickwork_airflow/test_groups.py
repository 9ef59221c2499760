"""A task group is one Databricks job: what is sent, and what Airflow sees of it."""

import json

RENEWABLES = """
    CLUSTERS = [{"job_cluster_key": "small", "new_cluster": {"spark_version": "16.4.x-scala2.12", "num_workers": 1}}]
    with DatabricksWorkflowTaskGroup(group_id="renewables", databricks_conn_id="databricks_default", job_clusters=CLUSTERS,
                                     notebook_params={"country": "{{ params.country }}", "year": "of the group"}) as group:
        join_data = notebook("join_data", job_cluster_key="small", notebook_params={"run": "{{job.run_id}}"}, %s)
        transform_data = notebook("transform_data", job_cluster_key="small", notebook_params={"year": "of the task"}, %s)
        join_data >> transform_data
    dag.params["country"] = "Iceland"
"""


def write_notebooks(workspace):
    source = """
        import json
        dbutils.notebook.exit(json.dumps(dbutils.widgets.getAll()))
    """
    for name in ("join_data", "transform_data", "rows", "each"):
        workspace.notebook(f"/t/{name}", source)


def exits(workspace, run):
    """What the notebooks of a run returned, by task key."""
    return {each["task_key"]: json.loads(workspace.output(each["run_id"])["notebook_output"]["result"]) for each in run["tasks"]}


def test_the_tutorial(workspace, run):
    write_notebooks(workspace)
    ended, states = run(RENEWABLES % ("xcom_output=True", ""))
    assert (ended.state, set(states.values())) == ("success", {"success"})
    once, = workspace.runs("test_the_tutorial.renewables")
    assert [each["task_key"] for each in once["tasks"]] == ["join_data", "transform_data"]
    found = exits(workspace, once)
    assert found["join_data"]["country"] == "Iceland"
    assert found["join_data"]["run"] == str(once["run_id"])
    assert (found["join_data"]["year"], found["transform_data"]["year"]) == ("of the group", "of the task")


def test_the_tutorial_waits_in_the_worker_too(workspace, run):
    write_notebooks(workspace)
    ended, _ = run(RENEWABLES % ("deferrable=False", "deferrable=False"))
    assert ended.state == "success"


def test_two_dag_runs_with_other_values_share_one_definition(workspace, run):
    write_notebooks(workspace)
    source = """
        with DatabricksWorkflowTaskGroup("wf"):
            notebook("join_data", notebook_params={"moment": "{{ run_id }}"})
    """
    run(source)
    before = workspace.job("test_two_dag_runs_with_other_values_share_one_definition.wf")
    run(source)
    assert workspace.job("test_two_dag_runs_with_other_values_share_one_definition.wf") == before
    first, second = workspace.runs("test_two_dag_runs_with_other_values_share_one_definition.wf")
    values = [exits(workspace, each)["join_data"]["moment"] for each in (first, second)]
    assert len(set(values)) == 2
    assert all(value.startswith("manual__") for value in values)


def test_a_value_of_a_task_before_the_group_reaches_its_notebooks(workspace, run):
    write_notebooks(workspace)
    ended, _ = run("""
        @task
        def measured():
            return 2017

        year = measured()
        with DatabricksWorkflowTaskGroup("wf", notebook_params={"year": "{{ ti.xcom_pull(task_ids='measured') }}"}) as wf:
            notebook("join_data")
            notebook("rows", notebook_params={"year": "{{ ti.xcom_pull(task_ids='measured') + 1 }}"})
        year >> wf
    """)
    assert ended.state == "success"
    once, = workspace.runs("test_a_value_of_a_task_before_the_group_reaches_its_notebooks.wf")
    assert {key: found["year"] for key, found in exits(workspace, once).items()} == {"join_data": "2017", "rows": "2018"}


def test_nested_groups_and_mapped_members(workspace, run):
    write_notebooks(workspace)
    ended, states = run("""
        @task
        def years():
            return [{"year": "2016"}, {"year": "2017"}]

        of_years = years()
        with DatabricksWorkflowTaskGroup("wf") as wf:
            join_data = notebook("join_data")
            with TaskGroup("checks") as checks:
                notebook("rows")
                with TaskGroup("inner"):
                    notebook("rows")
            each = DatabricksNotebookOperator.partial(task_id="each", notebook_path="/t/each").expand(notebook_params=of_years)
            join_data >> checks >> each
        EmptyOperator(task_id="before") >> wf >> EmptyOperator(task_id="after")
    """)
    assert ended.state == "success", states
    assert states["wf.each[1]"] == "success"
    once, = workspace.runs("test_nested_groups_and_mapped_members.wf")
    upstreams = {each["task_key"]: sorted(one["task_key"] for one in each.get("depends_on", [])) for each in once["tasks"]}
    assert upstreams == {
        "join_data": [], "checks__rows": ["join_data"], "checks__inner__rows": ["join_data"],
        "each__0": ["checks__inner__rows", "checks__rows"], "each__1": ["checks__inner__rows", "checks__rows"]}
    assert exits(workspace, once)["each__1"]["year"] == "2017"


def test_launch_waits_for_what_its_members_wait_for(parse):
    dag = parse("""
        before, late, behind = (EmptyOperator(task_id=name) for name in ("before", "late", "behind"))
        with DatabricksWorkflowTaskGroup("wf") as wf:
            a, b, c = notebook("a"), notebook("b"), notebook("c")
            a >> b >> c
            before >> b
        late >> b
        a >> behind >> c
    """)
    assert dag.task_dict["wf.launch"].upstream_task_ids == {"before", "late"}
    assert "behind" in dag.task_group.children["wf"].not_waited_for[0]


def test_a_failure_tells_its_error_and_its_page(workspace, run, caplog):
    workspace.notebook("/t/broken", "raise ValueError('37 rows are missing')")
    ended, states = run("""
        with DatabricksWorkflowTaskGroup("wf"):
            notebook("broken") >> notebook("after", "/t/broken")
    """)
    assert states == {"wf.launch": "success", "wf.broken": "failed", "wf.after": "upstream_failed"}
    assert "37 rows are missing" in caplog.text or ended.state == "failed"


def test_what_databricks_leaves_out_is_skipped(workspace, run):
    ended, states = run("""
        with DatabricksWorkflowTaskGroup("wf"):
            condition = DatabricksTaskOperator(task_id="condition", task_config={
                "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "2"}})
            only = DatabricksTaskOperator(task_id="only", task_config={
                "depends_on": [{"task_key": "condition", "outcome": "true"}],
                "condition_task": {"op": "EQUAL_TO", "left": "1", "right": "1"}})
            condition >> only
    """)
    assert states == {"wf.launch": "success", "wf.condition": "success", "wf.only": "skipped"}
    assert ended.state == "success"
