"""Clusters: their states, events, lists and permissions."""

import base64
import time

import pytest
from databricks.sdk.service import compute, iam
from http_client import Plain
from refusals import refused

VERSION = "16.4.x-scala2.12"
BOB = "bob@example.com"


def create(client, **more):
    return client.clusters.create(spark_version=VERSION, num_workers=0, **more).result()


def types(client, cluster_id, **more):
    return [event.type.value for event in client.clusters.events(cluster_id, **more)]


@pytest.fixture
def cluster(ann):
    created = create(ann, cluster_name="hers")
    yield created.cluster_id
    ann.clusters.permanent_delete(created.cluster_id)


def test_a_cluster_starts_stops_and_is_remembered(ann):
    created = create(ann, cluster_name="remembered", node_type_id="local", autotermination_minutes=30)
    cluster_id = created.cluster_id
    assert (created.state.value, created.state_message, created.creator_user_name) == ("RUNNING", "", "ann@example.com")
    assert created.spark_context_id and created.driver.private_ip
    stopped = ann.clusters.delete(cluster_id).result()
    assert stopped.state.value == "TERMINATED" and stopped.terminated_time >= stopped.start_time
    assert (stopped.termination_reason.code.value, stopped.termination_reason.type.value) == ("USER_REQUEST", "SUCCESS")
    ann.clusters.delete(cluster_id).result()
    started = ann.clusters.start(cluster_id).result()
    assert started.state.value == "RUNNING" and started.spark_context_id != created.spark_context_id
    assert ann.clusters.restart(cluster_id).result().last_restarted_time
    ann.clusters.permanent_delete(cluster_id)
    status, _, error = Plain_for_admin(ann).ask("GET", f"/api/2.1/clusters/get?cluster_id={cluster_id}")
    assert (status, error["error_code"]) == (403, "PERMISSION_DENIED")


def Plain_for_admin(client):
    class Address:
        url, token = client.config.host, client.config.token
    return Plain(Address)


def test_what_was_never_there_is_invalid_for_admins(admin, workspace):
    status, _, error = Plain(workspace).ask("GET", "/api/2.1/clusters/get?cluster_id=none")
    assert (status, error["error_code"], error["message"]) == (400, "INVALID_PARAMETER_VALUE", "Cluster none does not exist")


def test_point_62_cluster_events(ann, cluster):
    assert types(ann, cluster, order=compute.GetEventsOrder.ASC) == ["CREATING", "RUNNING"]
    ann.clusters.edit(cluster, VERSION, num_workers=0, cluster_name="edited").result()
    ann.clusters.delete(cluster).result()
    ann.clusters.start(cluster).result()
    expected = ["CREATING", "RUNNING", "EDITED", "RESTARTING", "RUNNING", "TERMINATING", "STARTING", "RUNNING"]
    assert types(ann, cluster, order=compute.GetEventsOrder.ASC) == expected
    assert types(ann, cluster) == expected[::-1]
    edited = next(iter(ann.clusters.events(cluster, event_types=[compute.EventType.EDITED])))
    assert edited.details.user == "ann@example.com" and edited.details.attributes.cluster_name == "edited"
    assert edited.details.previous_attributes.cluster_name == "hers"
    assert types(ann, cluster, end_time=edited.timestamp - 100_000) == []


def test_events_come_in_pages_both_ways_of_paging(workspace, ann, cluster):
    for _ in range(3):
        ann.clusters.restart(cluster).result()
    plain = Plain(workspace, workspace.tokens["ann"])
    everything = plain.ask("POST", "/api/2.1/clusters/events", {"cluster_id": cluster})[2]
    assert everything["total_count"] == 8 and "next_page" not in everything
    old, request = [], {"cluster_id": cluster, "limit": 3}
    while request:
        page = plain.ask("POST", "/api/2.0/clusters/events", request)[2]
        old += page["events"]
        request = page.get("next_page")
    assert old == everything["events"]
    first = plain.ask("POST", "/api/2.1/clusters/events", {"cluster_id": cluster, "page_size": 5})[2]
    token = first["next_page_token"]
    second = plain.ask("POST", "/api/2.1/clusters/events", {"cluster_id": cluster, "page_size": 5, "page_token": token})[2]
    assert first["events"] + second["events"] == everything["events"] and second["prev_page_token"]
    assert list(types(ann, cluster, page_size=2)) == [event["type"] for event in everything["events"]]
    wrong = {"cluster_id": cluster, "order": "ASC", "page_token": token}
    assert plain.ask("POST", "/api/2.1/clusters/events", wrong)[2]["error_code"] == "INVALID_PARAMETER_VALUE"
    for bad in ({"limit": 501}, {"order": "UP"}, {"offset": -1}):
        status, _, error = plain.ask("POST", "/api/2.1/clusters/events", {"cluster_id": cluster, **bad})
        assert (status, error["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_an_edit_restarts_a_running_cluster_and_drops_what_it_does_not_say(ann):
    made = create(ann, cluster_name="a", custom_tags={"team": "x"}, spark_conf={"a": "b"})
    before = ann.clusters.get(made.cluster_id).spark_context_id
    edited = ann.clusters.edit(made.cluster_id, VERSION, num_workers=3, cluster_name="b").result()
    assert (edited.cluster_name, edited.num_workers, edited.custom_tags, edited.spark_conf) == ("b", 3, None, None)
    assert edited.spark_context_id != before
    ann.clusters.delete(made.cluster_id).result()
    ann.clusters.edit(made.cluster_id, VERSION, num_workers=1, cluster_name="c")
    assert ann.clusters.get(made.cluster_id).state.value == "TERMINATED"
    ann.clusters.permanent_delete(made.cluster_id)


def test_an_update_changes_only_what_its_mask_names(ann, cluster):
    update = compute.UpdateClusterResource(cluster_name="masked", num_workers=7)
    ann.clusters.update(cluster, "cluster_name", cluster=update).result()
    found = ann.clusters.get(cluster)
    assert (found.cluster_name, found.num_workers) == ("masked", 0)


def test_a_resize_is_for_running_clusters(ann, cluster):
    assert ann.clusters.resize(cluster, num_workers=4).result().num_workers == 4
    scaled = ann.clusters.resize(cluster, autoscale=compute.AutoScale(min_workers=1, max_workers=3)).result()
    assert scaled.autoscale.max_workers == 3 and scaled.num_workers is None
    assert "RESIZING" in types(ann, cluster)
    refused("INVALID_PARAMETER_VALUE", ann.clusters.resize, cluster)
    ann.clusters.delete(cluster).result()
    text = refused("INVALID_STATE", ann.clusters.resize, cluster, num_workers=1)
    assert text == f"Cluster {cluster} is in unexpected state Terminated."


@pytest.mark.parametrize("settings, words", [
    ({}, ["spark_version"]),
    ({"spark_version": VERSION, "num_workers": -1, "autotermination_minutes": 5}, ["num_workers", "autotermination_minutes"]),
    ({"spark_version": VERSION, "num_workers": 1, "autoscale": {"min_workers": 1, "max_workers": 2}}, ["Only one of"]),
    ({"spark_version": VERSION, "autoscale": {"min_workers": 3, "max_workers": 2}}, ["max_workers"]),
    ({"spark_version": VERSION, "custom_tags": {str(number): "x" for number in range(46)}}, ["45 custom tags"]),
])
def test_everything_that_is_wrong_is_named(workspace, settings, words):
    status, _, error = Plain(workspace).ask("POST", "/api/2.1/clusters/create", settings)
    assert (status, error["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert all(word in error["message"] for word in words)


@pytest.mark.parametrize("member", ["spark_version", "num_workers", "autoscale", "custom_tags", "spark_conf", "cluster_name",
                                    "init_scripts", "autotermination_minutes", "spark_env_vars"])
@pytest.mark.parametrize("value", [[7], {"x": [7]}, True, 1e300, "x", -5])
def test_no_wrong_type_is_more_than_a_400(workspace, member, value):
    plain = Plain(workspace)
    status, _, answer = plain.ask("POST", "/api/2.1/clusters/create", {"spark_version": VERSION, member: value})
    assert status in (200, 400), answer
    if status == 200:
        assert plain.ask("POST", "/api/2.1/clusters/permanent-delete", {"cluster_id": answer["cluster_id"]})[0] == 200


def test_lists_are_filtered_sorted_and_paged(admin):
    ids = [create(admin, cluster_name=name).cluster_id for name in ("list-b", "list-C", "list-a")]
    admin.clusters.delete(ids[0]).result()
    admin.clusters.pin(ids[0])
    names = lambda **more: [found.cluster_name for found in admin.clusters.list(**more) if found.cluster_id in ids]  # noqa: E731
    assert names()[0] == "list-b" and set(names()) == {"list-a", "list-b", "list-C"}
    by = compute.ListClustersFilterBy
    assert set(names(filter_by=by(cluster_states=[compute.State.RUNNING]))) == {"list-a", "list-C"}
    assert set(names(filter_by=by(cluster_states=[compute.State.TERMINATED]))) == {"list-b"}
    assert names(filter_by=by(is_pinned=True)) == ["list-b"]
    assert names(filter_by=by(cluster_sources=[compute.ClusterSource.JOB])) == []
    sort = compute.ListClustersSortBy(field=compute.ListClustersSortByField.CLUSTER_NAME)
    assert names(sort_by=sort) == ["list-a", "list-b", "list-C"]
    assert names(sort_by=sort, page_size=1) == ["list-a", "list-b", "list-C"]
    assert "PINNED" in types(admin, ids[0])
    refused("INVALID_STATE", admin.clusters.permanent_delete, ids[0])
    admin.clusters.unpin(ids[0])
    for cluster_id in ids:
        admin.clusters.permanent_delete(cluster_id)


def test_both_versions_of_the_api_are_served(workspace, ann, cluster):
    plain = Plain(workspace, workspace.tokens["ann"])
    for version in ("2.0", "2.1"):
        assert plain.ask("GET", f"/api/{version}/clusters/get?cluster_id={cluster}")[2]["cluster_id"] == cluster


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_every_verb_of_both_versions(workspace, version):
    plain = Plain(workspace)

    def post(verb, **body):
        status, _, answer = plain.ask("POST", f"/api/{version}/clusters/{verb}", body)
        assert status == 200, (verb, answer)
        return answer

    def get(verb, query=""):
        status, _, answer = plain.ask("GET", f"/api/{version}/clusters/{verb}{query}")
        assert status == 200, (verb, answer)
        return answer

    def state(wanted):
        deadline = time.monotonic() + 30
        while (found := get("get", f"?cluster_id={cluster_id}"))["state"] != wanted:
            assert time.monotonic() < deadline, found
        return found

    cluster_id = post("create", cluster_name="verbs", spark_version=VERSION, num_workers=0)["cluster_id"]
    state("RUNNING")
    assert post("edit", cluster_id=cluster_id, cluster_name="edited", spark_version=VERSION, num_workers=1) == {}
    assert state("RUNNING")["cluster_name"] == "edited"
    assert post("update", cluster_id=cluster_id, update_mask="cluster_name", cluster={"cluster_name": "updated"}) == {}
    assert state("RUNNING")["cluster_name"] == "updated"
    assert post("resize", cluster_id=cluster_id, num_workers=2) == {} and state("RUNNING")["num_workers"] == 2
    assert post("restart", cluster_id=cluster_id) == {} and state("RUNNING")["last_restarted_time"]
    assert post("pin", cluster_id=cluster_id) == {} and post("unpin", cluster_id=cluster_id) == {}
    assert cluster_id in [found["cluster_id"] for found in get("list")["clusters"]]
    assert post("delete", cluster_id=cluster_id) == {}
    assert state("TERMINATED")["termination_reason"]["code"] == "USER_REQUEST"
    assert post("change-owner", cluster_id=cluster_id, owner_username=BOB) == {}
    assert post("start", cluster_id=cluster_id) == {} and state("RUNNING")["creator_user_name"] == BOB
    assert post("events", cluster_id=cluster_id)["events"][0]["type"] == "RUNNING"
    assert VERSION in [found["key"] for found in get("spark-versions")["versions"]]
    assert get("list-node-types")["node_types"] and get("list-zones")["zones"]
    assert post("permanent-delete", cluster_id=cluster_id) == {}
    assert plain.ask("GET", f"/api/{version}/clusters/get?cluster_id={cluster_id}")[0] == 400


def test_each_level_of_a_cluster_allows_what_it_says(ann, bob, admin, cluster):
    def give(level):
        ann.permissions.set("clusters", cluster, access_control_list=[
            iam.AccessControlRequest(user_name="ann@example.com", permission_level=iam.PermissionLevel.CAN_MANAGE),
            iam.AccessControlRequest(user_name=BOB, permission_level=iam.PermissionLevel(level))])

    assert cluster not in [found.cluster_id for found in bob.clusters.list()]
    for there in (cluster, "none"):
        text = refused("PERMISSION_DENIED", bob.clusters.get, there)
        assert text.startswith(f"{BOB} does not have Attach permissions on {there}")
    give("CAN_ATTACH_TO")
    assert bob.clusters.get(cluster).cluster_id == cluster and types(bob, cluster)
    refused("PERMISSION_DENIED", bob.clusters.restart, cluster)
    give("CAN_RESTART")
    bob.clusters.restart(cluster).result()
    refused("PERMISSION_DENIED", bob.clusters.edit, cluster, VERSION, num_workers=0)
    refused("PERMISSION_DENIED", bob.clusters.permanent_delete, cluster)
    give("CAN_MANAGE")
    bob.clusters.edit(cluster, VERSION, num_workers=0).result()
    for call in (bob.clusters.pin, bob.clusters.unpin):
        refused("PERMISSION_DENIED", call, cluster)
    levels = [level.permission_level.value for level in ann.permissions.get_permission_levels("clusters", cluster).permission_levels]
    assert levels == ["CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"]
    inherited = [entry for entry in ann.permissions.get("clusters", cluster).access_control_list if entry.group_name]
    assert inherited[0].all_permissions[0].inherited_from_object == ["/clusters/"]


def test_the_owner_is_changed_by_an_admin_while_the_cluster_is_down(admin, ann, bob):
    cluster_id = create(ann, cluster_name="given away").cluster_id
    refused("PERMISSION_DENIED", ann.clusters.change_owner, cluster_id, BOB)
    refused("INVALID_STATE", admin.clusters.change_owner, cluster_id, BOB)
    ann.clusters.delete(cluster_id).result()
    refused("INVALID_PARAMETER_VALUE", admin.clusters.change_owner, cluster_id, "nobody@example.com")
    admin.clusters.change_owner(cluster_id, BOB)
    assert bob.clusters.get(cluster_id).creator_user_name == BOB
    refused("PERMISSION_DENIED", ann.clusters.get, cluster_id)
    bob.clusters.permanent_delete(cluster_id)


def test_a_cluster_takes_no_secrets_that_its_creator_may_not_read(bob, admin):
    admin.secrets.create_scope("closed")
    admin.secrets.put_secret("closed", "k", string_value="v")
    for member in ("spark_env_vars", "spark_conf"):
        refused("PERMISSION_DENIED", bob.clusters.create, spark_version=VERSION, num_workers=0,
                **{member: {"X": "{{secrets/closed/k}}"}})
    admin.secrets.delete_scope("closed")


def test_point_61_a_failed_init_script_ends_the_start(ann):
    ann.workspace.import_("/Shared/init.sh", format=compute_format(), overwrite=True,
                          content=base64.b64encode(b"echo no; exit 7\n").decode())
    scripts = [compute.InitScriptInfo(workspace=compute.WorkspaceStorageInfo(destination="/Shared/init.sh"))]
    made = ann.clusters.create(spark_version=VERSION, num_workers=0, init_scripts=scripts)
    with pytest.raises(Exception, match="TERMINATED"):
        made.result()
    found = ann.clusters.get(made.cluster_id)
    assert (found.termination_reason.code.value, found.termination_reason.type.value) == ("INIT_SCRIPT_FAILURE", "CLIENT_ERROR")
    assert types(ann, made.cluster_id, order=compute.GetEventsOrder.ASC) == [
        "CREATING", "INIT_SCRIPTS_STARTED", "INIT_SCRIPTS_FINISHED", "TERMINATING"]
    ann.clusters.permanent_delete(made.cluster_id)


def compute_format():
    from databricks.sdk.service.workspace import ImportFormat

    return ImportFormat.RAW


def test_there_is_a_machine_and_a_version_to_choose(ann):
    assert ann.clusters.select_node_type(min_cores=1) == "local"
    assert ann.clusters.select_spark_version(long_term_support=True) == VERSION
    assert ann.clusters.list_zones().default_zone


def test_clusters_survive_the_server(start_workspace, tmp_path):
    local = start_workspace("--state", tmp_path)
    made = create(local.client(), cluster_name="kept")
    local.kill()
    client = start_workspace("--state", tmp_path).client()
    assert client.clusters.get(made.cluster_id).state.value == "RUNNING"
    assert types(client, made.cluster_id) == ["RUNNING", "CREATING"]
