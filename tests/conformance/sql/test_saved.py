"""Query history, queries and alerts as the SDK for Python makes, changes and lists them."""

from databricks.sdk.service.sql import (AlertCondition, AlertConditionOperand, AlertConditionThreshold, AlertOperandColumn,
                                        AlertOperandValue, AlertOperator, CreateAlertRequestAlert, CreateQueryRequestQuery,
                                        LifecycleState, QueryFilter, QueryStatementType, QueryStatus, TimeRange,
                                        UpdateAlertRequestAlert, UpdateQueryRequestQuery)
from refusals import refused


def test_history_knows_what_ran(client, execute, warehouse):
    good, bad = execute("SELECT 'history' FROM range(3)"), execute("SELECT 'history' FROM absent")
    ids = [good.statement_id, bad.statement_id]
    found = client.query_history.list(filter_by=QueryFilter(statement_ids=ids), include_metrics=True).res
    assert [query.query_id for query in found] == ids[::-1]
    failed, finished = found
    assert (finished.status, finished.rows_produced, finished.is_final) == (QueryStatus.FINISHED, 3, True)
    assert finished.statement_type == QueryStatementType.SELECT and finished.warehouse_id == warehouse
    assert finished.metrics.rows_produced_count == 3 and finished.duration >= 0
    assert failed.status == QueryStatus.FAILED and "TABLE_OR_VIEW_NOT_FOUND" in failed.error_message


def test_history_is_filtered_and_comes_in_pages(client, execute):
    ids = [execute(f"SELECT {number} AS paged").statement_id for number in range(3)]
    chosen = QueryFilter(statement_ids=ids, statuses=[QueryStatus.FINISHED, QueryStatus.RUNNING])
    first = client.query_history.list(filter_by=chosen, max_results=2)
    assert first.has_next_page and [query.query_id for query in first.res] == [ids[2], ids[1]]
    execute("SELECT 'meanwhile'")
    second = client.query_history.list(filter_by=chosen, max_results=2, page_token=first.next_page_token)
    assert not second.has_next_page and [query.query_id for query in second.res] == [ids[0]]
    nothing = QueryFilter(statement_ids=ids, query_start_time_range=TimeRange(end_time_ms=1))
    assert not client.query_history.list(filter_by=nothing).res
    assert not client.query_history.list(filter_by=QueryFilter(statement_ids=ids, warehouse_ids=["other"])).res
    refused("INVALID_PARAMETER_VALUE", client.query_history.list, max_results=0)


def test_history_of_others_is_not_shown(local, execute):
    mine = execute("SELECT 'not hers'").statement_id
    assert not local.ann.query_history.list(filter_by=QueryFilter(statement_ids=[mine])).res


def test_queries_are_made_changed_listed_and_trashed(local, client, warehouse):
    made = client.queries.create(query=CreateQueryRequestQuery(display_name="report", query_text="SELECT 1",
                                                               warehouse_id=warehouse, tags=["a"]))
    assert made.lifecycle_state == LifecycleState.ACTIVE and made.owner_user_name == "brickwork@localhost"
    assert client.queries.get(made.id).query_text == "SELECT 1" and made.create_time.endswith("Z")
    changed = client.queries.update(made.id, "query_text,tags", query=UpdateQueryRequestQuery(query_text="SELECT 2"))
    assert changed.query_text == "SELECT 2" and not changed.tags and changed.display_name == "report"
    refused("RESOURCE_ALREADY_EXISTS", client.queries.create, query=CreateQueryRequestQuery(display_name="report"))
    second = client.queries.create(query=CreateQueryRequestQuery(display_name="report"), auto_resolve_display_name=True)
    assert second.display_name == "report (1)"
    assert [query.id for query in client.queries.list(page_size=1)] == [made.id, second.id]
    refused("PERMISSION_DENIED", local.ann.queries.delete, made.id)
    client.queries.delete(made.id)
    assert client.queries.get(made.id).lifecycle_state == LifecycleState.TRASHED
    assert [query.id for query in client.queries.list()] == [second.id]
    client.queries.delete(second.id)
    refused("RESOURCE_DOES_NOT_EXIST", client.queries.get, "absent")
    refused("INVALID_PARAMETER_VALUE", client.queries.update, second.id, "id", query=UpdateQueryRequestQuery())


def above(number):
    return AlertCondition(op=AlertOperator.GREATER_THAN,
                          operand=AlertConditionOperand(column=AlertOperandColumn(name="n")),
                          threshold=AlertConditionThreshold(value=AlertOperandValue(double_value=number)))


def test_alerts_are_made_changed_listed_and_trashed(client):
    query = client.queries.create(query=CreateQueryRequestQuery(display_name="for an alert", query_text="SELECT 3 AS n"))
    made = client.alerts.create(alert=CreateAlertRequestAlert(display_name="too many", query_id=query.id, condition=above(2)))
    assert made.state.value == "UNKNOWN" and client.alerts.get(made.id).condition.threshold.value.double_value == 2
    changed = client.alerts.update(made.id, "condition", alert=UpdateAlertRequestAlert(condition=above(5)))
    assert changed.condition.threshold.value.double_value == 5 and changed.query_id == query.id
    assert [alert.id for alert in client.alerts.list()] == [made.id]
    refused("RESOURCE_DOES_NOT_EXIST", client.alerts.create,
            alert=CreateAlertRequestAlert(display_name="of nothing", query_id="absent", condition=above(1)))
    client.alerts.delete(made.id)
    assert not list(client.alerts.list())
    client.queries.delete(query.id)
