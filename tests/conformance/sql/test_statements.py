"""Statement execution 2.0 as the SDK for Python asks for it: states, values, types, parameters, limits, refusals."""

import pytest
from databricks.sdk.service.sql import (ColumnInfoTypeName, Disposition, ExecuteStatementRequestOnWaitTimeout, Format,
                                        State, StatementParameterListItem, StatementState)
from refusals import refused

# Counts for days, as one Spark job.
ENDLESS = "SELECT count(*) FROM range(0, 10000000000000, 1, 2) WHERE id % 7 = 8"


def test_point_56_statements_run_on_a_warehouse_and_cells_are_strings(execute):
    answer = execute("SELECT concat('id-', id) AS strCol, id AS intCol, null AS nullCol FROM range(3)")
    assert answer.status.state == StatementState.SUCCEEDED
    assert answer.result.data_array == [["id-0", "0", None], ["id-1", "1", None], ["id-2", "2", None]]
    manifest = answer.manifest
    assert (manifest.format, manifest.total_row_count, manifest.total_chunk_count) == (Format.JSON_ARRAY, 3, 1)
    assert not manifest.truncated and manifest.total_byte_count is None
    assert (manifest.chunks[0].row_offset, manifest.chunks[0].row_count) == (0, 3)
    assert [(column.name, column.position, column.type_text) for column in manifest.schema.columns] == [
        ("strCol", 0, "STRING"), ("intCol", 1, "BIGINT"), ("nullCol", 2, "VOID")]


def test_point_56_a_failed_statement_is_an_answer_with_its_sql_state(plain, warehouse):
    status, _, body = plain.ask("POST", "/api/2.0/sql/statements", {
        "statement": "SELECT * FROM nowhere", "warehouse_id": warehouse, "wait_timeout": "50s"})
    assert status == 200 and body["status"]["state"] == "FAILED" and body["status"]["sql_state"] == "42P01"
    assert body["status"]["error"]["error_code"] == "BAD_REQUEST"
    assert body["status"]["error"]["message"].startswith("[TABLE_OR_VIEW_NOT_FOUND] The table or view `nowhere`")
    assert "manifest" not in body and "result" not in body and "Relation" not in body["status"]["error"]["message"]


@pytest.mark.parametrize("text, state, words", [
    ("SELEC 1", "42601", "[PARSE_SYNTAX_ERROR]"),
    ("SELECT 1 / 0", "22012", "[DIVIDE_BY_ZERO]"),
    ("SELECT 1 / id FROM range(3)", "22012", "[DIVIDE_BY_ZERO]"),
    ("SELECT CAST('x' AS INT)", "22018", "[CAST_INVALID_INPUT]"),
    ("SELECT raise_error('told by the user')", "P0001", "told by the user"),
])
def test_a_failure_says_why_in_sparks_words(execute, text, state, words):
    answer = execute(text)
    assert answer.status.state == StatementState.FAILED and answer.status.sql_state == state
    assert words in answer.status.error.message and "org.apache" not in answer.status.error.message


VALUES = [
    ("true", "BOOLEAN", "BOOLEAN", "true"), ("1Y", "BYTE", "TINYINT", "1"), ("2S", "SHORT", "SMALLINT", "2"),
    ("3", "INT", "INT", "3"), ("4L", "LONG", "BIGINT", "4"), ("1.5F", "FLOAT", "FLOAT", "1.5"),
    ("1E10D", "DOUBLE", "DOUBLE", "1.0E10"), ("1.50", "DECIMAL", "DECIMAL(3,2)", "1.50"),
    ("DATE'2020-02-29'", "DATE", "DATE", "2020-02-29"),
    ("TIMESTAMP'2020-01-01 10:00:00.123'", "TIMESTAMP", "TIMESTAMP", "2020-01-01T10:00:00.123Z"),
    ("X'0102'", "BINARY", "BINARY", "AQI="), ("array(1, null)", "ARRAY", "ARRAY<INT>", '["1",null]'),
    ("map('a', 1)", "MAP", "MAP<STRING, INT>", '{"a":"1"}'),
    ("named_struct('x', 1, 'y', 'ä')", "STRUCT", "STRUCT<x: INT NOT NULL, y: STRING NOT NULL>", '{"x":"1","y":"ä"}'),
    ("INTERVAL '1' DAY", "INTERVAL", "INTERVAL DAY", "INTERVAL '1' DAY"),
]


def test_types_and_values_are_spelled_as_databricks_spells_them(execute):
    answer = execute("SELECT " + ", ".join(f"{value[0]} AS c{number}" for number, value in enumerate(VALUES)))
    columns = answer.manifest.schema.columns
    assert [(each.type_name, each.type_text) for each in columns] == [(ColumnInfoTypeName(v[1]), v[2]) for v in VALUES]
    assert answer.result.data_array == [[value[3] for value in VALUES]]
    assert (columns[7].type_precision, columns[7].type_scale) == (3, 2) and columns[14].type_interval_type == "DAY"


def parameter(name, value, type=None):
    return StatementParameterListItem(name=name, value=value, type=type)


def test_parameters_have_types_and_are_no_text(rows):
    assert rows("SELECT :n + 1, typeof(:n), :d, typeof(:money), :nothing IS NULL, :text", parameters=[
        parameter("n", "41", "INT"), parameter("d", "2020-02-29", "DATE"), parameter("money", "1.5", "DECIMAL(10,2)"),
        parameter("nothing", None, "DATE"), parameter("text", "'; DROP TABLE x --")]) == [
            ["42", "int", "2020-02-29", "decimal(10,2)", "true", "'; DROP TABLE x --"]]


def test_a_parameter_that_does_not_fit_is_told(execute):
    told = [execute("SELECT :n", parameters=[parameter("n", value, type)]).status for value, type in
            (("2.0.0", "INT"), ("x", "NOTHING"), ("x", "ARRAY<INT>"), ("1", "INT) FROM x --"))]
    assert [status.sql_state for status in told] == ["22023"] * 4
    assert "the value '2.0.0' for parameter 'n' cannot be cast to INT because it is malformed" in told[0].error.message
    unbound = execute("SELECT :n", parameters=[parameter("other", "1")]).status
    assert unbound.sql_state == "42P02" and "n" in unbound.error.message


def test_limits_cut_and_say_so(execute):
    five = execute("SELECT id FROM range(100) ORDER BY id", row_limit=5)
    assert five.manifest.truncated and five.result.data_array == [[str(number)] for number in range(5)]
    assert not execute("SELECT id FROM range(5)", row_limit=5).manifest.truncated
    short = execute("SELECT id FROM range(0, 100000, 1, 4) ORDER BY id", byte_limit=8000)
    assert short.manifest.truncated and 0 < short.manifest.total_row_count < 2000
    assert short.result.data_array[-1] == [str(short.manifest.total_row_count - 1)]
    large = execute("SELECT repeat('x', 1000) FROM range(30000)").status
    assert large.state == StatementState.FAILED and "Inline byte limit exceeded" in large.error.message


def test_tables_are_those_of_delta(rows, execute):
    assert execute("CREATE TABLE things (id INT, name STRING)").manifest.total_row_count == 0
    rows("INSERT INTO things VALUES (1, 'one'), (2, 'two')")
    assert rows("UPDATE things SET name = 'eins' WHERE id = 1") == [["1"]]
    assert rows("SELECT name FROM things VERSION AS OF 1 ORDER BY id") == [["one"], ["two"]]
    rows("CREATE SCHEMA elsewhere")
    assert rows("SELECT current_schema()", schema="elsewhere") == [["elsewhere"]]
    assert execute("SELECT * FROM things", schema="elsewhere").status.sql_state == "42P01"
    assert rows("SELECT count(*) FROM things", schema="default") == [["2"]]
    assert execute("SELECT 1", schema="absent").status.sql_state == "42704"
    assert execute("SELECT 1", catalog="absent").status.state == StatementState.FAILED
    rows("DROP TABLE things")


def test_catalogs_of_the_workspace_have_their_names_here(client, rows, execute):
    client.catalogs.create(name="sales")
    assert rows("SELECT current_catalog(), current_schema()", catalog="sales", schema="default") == [["sales", "default"]]
    rows("CREATE TABLE orders AS SELECT 7 AS n", catalog="sales", schema="default")
    assert [table.name for table in client.tables.list("sales", "default")] == ["orders"]
    assert rows("SELECT n FROM sales.default.orders") == [["7"]]
    assert rows("SELECT current_catalog()", catalog="hive_metastore") == [["spark_catalog"]]
    client.catalogs.delete("sales", force=True)
    assert execute("SELECT n FROM sales.default.orders").status.state == StatementState.FAILED


def test_statements_run_beside_each_other_and_cancel_ends_one(client, warehouse, ended, rows):
    api = client.statement_execution
    endless = api.execute_statement(ENDLESS, warehouse, wait_timeout="0s")
    assert endless.status.state == StatementState.PENDING and endless.manifest is None
    ended(endless.statement_id, (StatementState.RUNNING,))
    assert rows("SELECT 1") == [["1"]]
    refused("INVALID_STATE", api.get_statement_result_chunk_n, endless.statement_id, 0)
    api.cancel_execution(endless.statement_id)
    # Said by Spark's side when the statement's thread is done, and so are its jobs.
    assert ended(endless.statement_id).status.state == StatementState.CANCELED
    api.cancel_execution(endless.statement_id)
    assert rows("SELECT 2") == [["2"]]


def test_a_wait_that_is_too_long_goes_on_or_cancels(client, warehouse, turn, ended):
    import threading

    api, answers = client.statement_execution, {}

    def wait(on_timeout):
        answers[on_timeout] = api.execute_statement(ENDLESS, warehouse, wait_timeout="50s", on_wait_timeout=on_timeout)

    waiting = [threading.Thread(target=wait, args=(choice,)) for choice in ExecuteStatementRequestOnWaitTimeout]
    for thread in waiting:
        thread.start()
    while any(thread.is_alive() for thread in waiting):
        turn(51)  # whichever of them has been heard by now has waited for longer than it would
        for thread in waiting:
            thread.join(0.2)
    assert answers[ExecuteStatementRequestOnWaitTimeout.CANCEL].status.state in (StatementState.CANCELED,
                                                                                 StatementState.RUNNING)
    goes_on = answers[ExecuteStatementRequestOnWaitTimeout.CONTINUE]
    assert goes_on.status.state in (StatementState.PENDING, StatementState.RUNNING)
    api.cancel_execution(goes_on.statement_id)
    for answer in answers.values():
        assert ended(answer.statement_id).status.state == StatementState.CANCELED


def test_results_end_after_an_hour_or_when_they_are_closed(client, execute, turn, plain):
    api = client.statement_execution
    first, second = execute("SELECT 1"), execute("SELECT 2")
    assert plain.ask("DELETE", f"/api/2.0/sql/statements/{first.statement_id}")[0] == 200
    closed = api.get_statement(first.statement_id)
    assert closed.status.state == StatementState.CLOSED and closed.result is None
    refused("NOT_FOUND", api.get_statement_result_chunk_n, first.statement_id, 0)
    turn(3601)
    assert api.get_statement(second.statement_id).status.state == StatementState.CLOSED
    turn(12 * 3600)
    assert "was not found" in refused("RESOURCE_DOES_NOT_EXIST", api.get_statement, second.statement_id)


def test_a_stopped_warehouse_starts_and_a_deleted_one_refuses(client):
    made = client.warehouses.create_and_wait(name="sleeper", cluster_size="Small")
    client.warehouses.stop_and_wait(made.id)
    client.statement_execution.execute_statement("SELECT 1", made.id, wait_timeout="0s")
    assert client.warehouses.get(made.id).state == State.RUNNING
    client.warehouses.delete(made.id)
    refused("RESOURCE_DOES_NOT_EXIST", client.statement_execution.execute_statement, "SELECT 1", made.id)


def test_results_are_for_who_asked_for_them(local, client, warehouse, execute):
    mine = execute("SELECT 'mine'")
    refused("PERMISSION_DENIED", local.ann.statement_execution.get_statement, mine.statement_id)
    refused("PERMISSION_DENIED", local.ann.statement_execution.cancel_execution, mine.statement_id)
    hers = local.ann.statement_execution.execute_statement("SELECT 'hers'", warehouse, wait_timeout="50s")
    assert client.statement_execution.get_statement(hers.statement_id).result.data_array == [["hers"]]


def test_everything_that_is_wrong_with_a_request_is_told_at_once(plain, warehouse):
    wrong = {"statement": " ", "warehouse_id": warehouse, "wait_timeout": "51s", "format": "CSV", "row_limit": 0,
             "on_wait_timeout": "NEVER", "parameters": [{"name": "a"}, {"name": "a"}]}
    status, _, body = plain.ask("POST", "/api/2.0/sql/statements", wrong)
    assert (status, body["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    for word in ("statement", "between 5 and 50 seconds", "must be JSON_ARRAY when the disposition field is INLINE",
                 "row_limit", "NEVER", "'a' twice"):
        assert word in body["message"], body["message"]
    for missing in ("statement", "warehouse_id"):
        body = plain.ask("POST", "/api/2.0/sql/statements", {"statement": "SELECT 1", "warehouse_id": warehouse} | {
            missing: None})[2]
        assert missing in body["message"]
    assert plain.ask("POST", "/api/2.0/sql/statements", {"statement": "SELECT 1", "warehouse_id": warehouse,
                                                         "wait_timeout": "4s"})[0] == 400


def test_an_inline_result_may_have_several_chunks(client, execute):
    answer = execute("SELECT id, repeat('y', 90) FROM range(0, 100000, 1, 2) ORDER BY id")
    assert answer.manifest.total_chunk_count > 1
    found, part = list(answer.result.data_array), answer.result
    while part.next_chunk_index is not None:
        assert part.next_chunk_internal_link.startswith(f"/api/2.0/sql/statements/{answer.statement_id}/result/chunks/")
        part = client.statement_execution.get_statement_result_chunk_n(answer.statement_id, part.next_chunk_index)
        assert part.row_offset == len(found)
        found += part.data_array
    assert [row[0] for row in found] == [str(number) for number in range(100000)]
    refused("INVALID_PARAMETER_VALUE", client.statement_execution.get_statement_result_chunk_n, answer.statement_id, 99)


def test_external_links_without_rows(execute):
    empty = execute("SELECT 1 WHERE false", disposition=Disposition.EXTERNAL_LINKS, format=Format.ARROW_STREAM)
    assert empty.manifest.total_chunk_count == 0 and not empty.result.external_links
