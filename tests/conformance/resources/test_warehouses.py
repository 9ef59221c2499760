"""SQL warehouses as records: made, edited, started and stopped as the SDK for Python does it and waits for it."""

from databricks.sdk.service.sql import State
from http_client import Plain
from refusals import refused


def test_a_warehouse_is_made_waited_for_edited_stopped_and_deleted(admin):
    made = admin.warehouses.create_and_wait(name="reports", cluster_size="Small", max_num_clusters=3, auto_stop_mins=30)
    assert (made.state, made.name, made.cluster_size, made.max_num_clusters) == (State.RUNNING, "reports", "Small", 3)
    assert made.creator_name == "brickwork@localhost" and made.id in [each.id for each in admin.warehouses.list()]
    edited = admin.warehouses.edit_and_wait(made.id, name="renamed", cluster_size="Large")
    assert (edited.name, edited.cluster_size, edited.auto_stop_mins) == ("renamed", "Large", 30)
    assert admin.warehouses.stop_and_wait(made.id).state == State.STOPPED
    assert admin.warehouses.start_and_wait(made.id).num_clusters == 1
    admin.warehouses.delete(made.id)
    refused("RESOURCE_DOES_NOT_EXIST", admin.warehouses.get, made.id)


def test_everything_that_is_wrong_is_told_at_once(admin):
    told = refused("INVALID_PARAMETER_VALUE", admin.warehouses.create, name="", cluster_size="Huge", min_num_clusters=5,
                   max_num_clusters=2, auto_stop_mins=1)
    assert all(word in told for word in ("name", "Huge", "max_num_clusters", "auto_stop_mins"))


def test_names_are_unique_and_warehouses_have_owners(admin, ann, bob):
    made = ann.warehouses.create_and_wait(name="anns", cluster_size="Small")
    refused("RESOURCE_ALREADY_EXISTS", bob.warehouses.create, name="ANNS", cluster_size="Small")
    refused("PERMISSION_DENIED", bob.warehouses.delete, made.id)
    refused("PERMISSION_DENIED", bob.warehouses.edit, made.id, name="bobs")
    admin.warehouses.delete(made.id)


def test_one_that_is_left_alone_stops(start_workspace):
    local = start_workspace("--ephemeral", "--turn-clock")
    client, plain = local.client(), Plain(local)
    lonely = client.warehouses.create_and_wait(name="lonely", cluster_size="Small", auto_stop_mins=10)
    always = client.warehouses.create_and_wait(name="always", cluster_size="Small", auto_stop_mins=0)
    plain.ask("POST", "/api/brickwork/clock", {"advance_seconds": 599})
    assert client.warehouses.get(lonely.id).state == State.RUNNING
    plain.ask("POST", "/api/brickwork/clock", {"advance_seconds": 2})
    assert client.warehouses.get(lonely.id).state == State.STOPPED
    assert client.warehouses.get(always.id).state == State.RUNNING


def test_an_executor_that_executes_nothing_refuses_statements(start_workspace):
    client = start_workspace("--ephemeral", "--execute", "instant").client()
    made = client.warehouses.create_and_wait(name="idle", cluster_size="Small")
    told = refused("FEATURE_DISABLED", client.statement_execution.execute_statement, "select 1", made.id)
    assert "SQL statements" in told
    refused("RESOURCE_DOES_NOT_EXIST", client.statement_execution.execute_statement, "select 1", "absent")
