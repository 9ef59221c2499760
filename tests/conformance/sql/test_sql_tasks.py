"""sql_task in jobs: queries, files and alerts, their parameters and their outputs."""

import base64
import subprocess
import time

import pytest
from databricks.sdk.service import jobs, sql
from databricks.sdk.service.workspace import ImportFormat


@pytest.fixture
def submit(client):
    """Runs tasks to their end: the run, and the outputs by task key."""

    def run(*tasks, **options):
        run_id = client.jobs.submit(run_name="sql", tasks=list(tasks), **options).run_id
        deadline = time.monotonic() + 240
        while (run := client.jobs.get_run(run_id)).state.result_state is None:
            assert time.monotonic() < deadline, run.state
            time.sleep(0.05)
        return run, {task.task_key: client.jobs.get_run_output(task.run_id) for task in run.tasks}
    return run


def task(key, warehouse, after=(), **what):
    return jobs.SubmitTask(task_key=key, sql_task=jobs.SqlTask(warehouse_id=warehouse, **what),
                           depends_on=[jobs.TaskDependency(name) for name in after])


@pytest.fixture
def query(client):
    made = []

    def make(text, **options):
        made.append(client.queries.create(auto_resolve_display_name=True, query=sql.CreateQueryRequestQuery(
            display_name="of a task", query_text=text, **options)).id)
        return made[-1]
    yield make
    for each in made:
        client.queries.delete(each)


def test_a_query_runs_with_its_parameters(submit, query, warehouse, client):
    defaults = [sql.QueryParameter(name="n", numeric_value=sql.NumericValue(value=1)),
                sql.QueryParameter(name="word", text_value=sql.TextValue(value="default"))]
    made = query("SELECT :n + 1 AS n, :word AS word, '{{ word }}' AS old", parameters=defaults)
    run, outputs = submit(task("ask", warehouse, query=jobs.SqlTaskQuery(made), parameters={"word": "given"}))
    assert run.state.result_state == jobs.RunResultState.SUCCESS, outputs["ask"].error
    output = outputs["ask"].sql_output.query_output
    assert output.warehouse_id == warehouse and output.query_text.endswith("'given' AS old")
    [found] = client.query_history.list(filter_by=sql.QueryFilter(statement_ids=[output.sql_statements[0].lookup_key])).res
    assert found.status == sql.QueryStatus.FINISHED and found.rows_produced == 1


def test_a_file_runs_all_of_its_statements_and_its_output_can_be_referred_to(submit, client, warehouse, rows):
    text = "CREATE OR REPLACE TABLE of_file (n INT); -- ;\nINSERT INTO of_file VALUES (1), (CAST(:n AS INT));\nSELECT max(n) AS most FROM of_file"
    client.workspace.upload("/Shared/script.sql", text.encode(), format=ImportFormat.RAW, overwrite=True)
    after = task("after", warehouse, ["first"], file=jobs.SqlTaskFile("/Shared/more.sql", source=jobs.Source.WORKSPACE),
                 parameters={"most": "{{tasks.first.output.first_row.most}}"})
    client.workspace.upload("/Shared/more.sql", b"INSERT INTO of_file SELECT CAST(:most AS INT) + 1", format=ImportFormat.RAW,
                            overwrite=True)
    run, outputs = submit(task("first", warehouse, file=jobs.SqlTaskFile("/Shared/script.sql"), parameters={"n": "41"}), after)
    assert run.state.result_state == jobs.RunResultState.SUCCESS, [output.error for output in outputs.values()]
    assert rows("SELECT n FROM of_file ORDER BY n") == [["1"], ["41"], ["42"]]


def test_a_file_of_git(submit, warehouse, tmp_path):
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "ask.sql").write_text("SELECT 'from git' AS place")
    for command in (["init", "-q", "-b", "main"], ["add", "."],
                    ["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "one"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    source = jobs.GitSource(git_url=f"file://{folder}", git_provider=jobs.GitProvider.GIT_HUB, git_branch="main")
    run, outputs = submit(task("ask", warehouse, file=jobs.SqlTaskFile("ask.sql")), git_source=source)
    assert run.state.result_state == jobs.RunResultState.SUCCESS, outputs["ask"].error
    assert outputs["ask"].sql_output.query_output.query_text == "SELECT 'from git' AS place"


@pytest.mark.parametrize("threshold, state", [(2, "TRIGGERED"), (3, "OK")])
def test_an_alert_is_judged(submit, client, query, warehouse, threshold, state):
    condition = sql.AlertCondition(
        op=sql.AlertOperator.GREATER_THAN,
        operand=sql.AlertConditionOperand(column=sql.AlertOperandColumn(name="n")),
        threshold=sql.AlertConditionThreshold(value=sql.AlertOperandValue(double_value=threshold)))
    made = client.alerts.create(auto_resolve_display_name=True, alert=sql.CreateAlertRequestAlert(
        display_name="judged", query_id=query("SELECT 3 AS n"), condition=condition))
    _, outputs = submit(task("judge", warehouse, alert=jobs.SqlTaskAlert(made.id)))
    assert outputs["judge"].sql_output.alert_output.alert_state.value == state, outputs["judge"].error
    assert client.alerts.get(made.id).state.value == state
    client.alerts.delete(made.id)


def test_what_fails_says_why(submit, query, warehouse):
    run, outputs = submit(task("bad", warehouse, query=jobs.SqlTaskQuery(query("SELECT * FROM absent"))),
                          task("lost", warehouse, query=jobs.SqlTaskQuery("no-such-query")),
                          task("nowhere", "no-such-warehouse", query=jobs.SqlTaskQuery(query("SELECT 1"))),
                          task("shown", warehouse, dashboard=jobs.SqlTaskDashboard("d")))
    assert run.state.result_state == jobs.RunResultState.FAILED
    assert "TABLE_OR_VIEW_NOT_FOUND" in outputs["bad"].error
    assert outputs["bad"].sql_output.query_output.sql_statements
    assert "no-such-query" in outputs["lost"].error and "no-such-warehouse" in outputs["nowhere"].error
    assert "dashboard" in outputs["shown"].error


def test_cancel_ends_the_statement(client, query, warehouse, ended):
    from test_statements import ENDLESS

    made = query(ENDLESS)
    run_id = client.jobs.submit(run_name="endless", tasks=[task("endless", warehouse, query=jobs.SqlTaskQuery(made))]).run_id
    deadline = time.monotonic() + 240
    while not (found := [each for each in client.query_history.list().res if each.query_text == ENDLESS and not each.is_final]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    client.jobs.cancel_run(run_id)
    assert ended(found[0].query_id).status.state == sql.StatementState.CANCELED
    while (run := client.jobs.get_run(run_id)).state.result_state is None:
        assert time.monotonic() < deadline, run.state
        time.sleep(0.05)
    assert run.state.result_state == jobs.RunResultState.CANCELED
