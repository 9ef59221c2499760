"""Execution contexts and commands, API 1.2."""

import time

import pytest
from databricks.sdk.service import compute
from http_client import Plain

VERSION = "16.4.x-scala2.12"
PYTHON, SQL = compute.Language.PYTHON, compute.Language.SQL


@pytest.fixture(scope="module")
def cluster(ann):
    created = ann.clusters.create(spark_version=VERSION, num_workers=0).result()
    yield created.cluster_id
    ann.clusters.permanent_delete(created.cluster_id)


@pytest.fixture
def context(ann, cluster):
    created = ann.command_execution.create(cluster_id=cluster, language=PYTHON).result()
    yield created.id
    ann.command_execution.destroy(cluster, created.id)


def run(client, cluster, context, command, language=PYTHON):
    return client.command_execution.execute(cluster_id=cluster, context_id=context, command=command,
                                            language=language).result()


def test_commands_share_the_namespace_of_their_context(ann, cluster, context):
    assert run(ann, cluster, context, "x = 20\nprint('hello')").results.data == "hello"
    done = run(ann, cluster, context, "x + 1")
    assert (done.status.value, done.results.result_type.value, done.results.data) == ("Finished", "text", "21")
    other = ann.command_execution.create(cluster_id=cluster, language=PYTHON).result().id
    assert "NameError" in run(ann, cluster, other, "x").results.summary
    ann.command_execution.destroy(cluster, other)


def test_an_error_is_a_result_and_the_context_goes_on(ann, cluster, context):
    done = run(ann, cluster, context, "1 / 0")
    assert (done.status.value, done.results.result_type.value) == ("Finished", "error")
    assert done.results.summary == "ZeroDivisionError: division by zero" and "1 / 0" in done.results.cause
    for ending in ("import sys; sys.exit(3)", "def f(:"):
        assert run(ann, cluster, context, ending).results.result_type.value == "error"
    assert run(ann, cluster, context, "print(2)").results.data == "2"


def test_a_command_is_cancelled_and_so_is_one_that_waits(ann, cluster, context):
    api = ann.command_execution
    long = api.execute(cluster_id=cluster, context_id=context, language=PYTHON, command="import time; time.sleep(600)")
    waiting = api.execute(cluster_id=cluster, context_id=context, language=PYTHON, command="print('never')")
    states = {"long": long.command_id, "waiting": waiting.command_id}
    while api.command_status(cluster, context, states["long"]).status != compute.CommandStatus.RUNNING:
        time.sleep(0.05)
    assert api.command_status(cluster, context, states["waiting"]).status == compute.CommandStatus.QUEUED
    for command_id in reversed(states.values()):
        api.cancel(cluster_id=cluster, context_id=context, command_id=command_id)
    deadline = time.monotonic() + 30
    while {api.command_status(cluster, context, each).status.value for each in states.values()} != {"Cancelled"}:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert run(ann, cluster, context, "print('on')").results.data == "on"


def test_secrets_are_the_users_own_and_redacted(ann, bob, cluster, context):
    ann.secrets.create_scope("of-ann")
    ann.secrets.put_secret("of-ann", "k", string_value="very-secret")
    bob.secrets.create_scope("of-bob-alone")
    bob.secrets.put_secret("of-bob-alone", "k", string_value="his")
    assert run(ann, cluster, context, "print(dbutils.secrets.get('of-ann', 'k'))").results.data == "[REDACTED]"
    done = run(ann, cluster, context, "dbutils.secrets.get('of-bob-alone', 'k')")
    assert "does not have READ permission" in done.results.summary
    done = run(ann, cluster, context, "raise ValueError(dbutils.secrets.get('of-ann', 'k'))")
    assert "very-secret" not in done.results.summary + done.results.cause
    ann.secrets.delete_scope("of-ann")
    bob.secrets.delete_scope("of-bob-alone")


def test_a_command_calls_back_as_its_user(ann, cluster, context):
    done = run(ann, cluster, context, "from databricks.sdk import WorkspaceClient\n"
                                      "c = dbutils.notebook.entry_point.getDbutils().notebook().getContext()\n"
                                      "w = WorkspaceClient(host=c.apiUrl().get(), token=c.apiToken().get())\n"
                                      "print(w.current_user.me().user_name)")
    assert done.results.data == "ann@example.com", done.results.summary


def test_sql_gives_a_table(ann, cluster, context):
    done = run(ann, cluster, context, "select 1 as one, 'a' as text, date'2026-11-21' as day, null as none", SQL)
    assert done.results.result_type.value == "table", done.results.summary
    assert done.results.data == [[1, "a", "2026-11-21", None]]
    assert [column["name"] for column in done.results.schema] == ["one", "text", "day", "none"]
    assert done.results.schema[1]["type"] == '"string"' and not done.results.truncated
    assert run(ann, cluster, context, "spark.range(3).count()").results.data == "3"


def test_a_context_ends_with_its_cluster(ann):
    cluster = ann.clusters.create(spark_version=VERSION, num_workers=0).result().cluster_id
    context = ann.command_execution.create(cluster_id=cluster, language=PYTHON).result().id
    command = ann.command_execution.execute(cluster_id=cluster, context_id=context, language=PYTHON,
                                            command="import time; time.sleep(600)").command_id
    ann.clusters.delete(cluster).result()
    deadline = time.monotonic() + 30
    while ann.command_execution.command_status(cluster, context, command).status != compute.CommandStatus.ERROR:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "terminated" in ann.command_execution.command_status(cluster, context, command).results.summary
    ann.clusters.permanent_delete(cluster)


def test_errors_have_the_words_of_version_1_2(workspace, cluster, ann, context):
    plain = Plain(workspace, workspace.tokens["ann"])
    admin = Plain(workspace)
    create = {"clusterId": cluster, "language": "python"}
    for sender, body, words in ((admin, {**create, "clusterId": "none"}, "ClusterNotFoundException"),
                                (plain, {**create, "language": "scala"}, "scala is not supported"),
                                (plain, {**create, "language": "r"}, "r is not supported"),
                                (plain, {**create, "language": "cobol"}, "unknown language"),
                                (plain, {"language": "python"}, "clusterId")):
        status, _, error = sender.ask("POST", "/api/1.2/contexts/create", body)
        assert status == 400 and words in error["error"], error
    for query in ("contextId=5", "contextId=x", f"contextId={context}&commandId=5"):
        status, _, error = plain.ask("GET", f"/api/1.2/commands/status?clusterId={cluster}&{query}")
        assert status == 400 and error["error"]
    status, _, error = Plain(workspace, workspace.tokens["bob"]).ask("POST", "/api/1.2/contexts/create", create)
    assert status == 403 and "PermissionDenied" in error["error"]
    status, _, error = Plain(workspace, workspace.tokens["bob"]).ask(
        "GET", f"/api/1.2/contexts/status?clusterId={cluster}&contextId={context}")
    assert status == 400 and "no context" in error["error"]
