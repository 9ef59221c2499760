"""Global init scripts: in their order, before a cluster's own, and seen in its events."""

import base64
import io

import pytest
from databricks.sdk.service import compute
from databricks.sdk.service.workspace import ImportFormat
from refusals import refused

VERSION = "16.4.x-scala2.12"


def encoded(script):
    return base64.b64encode(script.encode()).decode()


@pytest.fixture
def script(admin):
    made = []

    def make(name, text, enabled=True, **more):
        made.append(admin.global_init_scripts.create(name, encoded(text), enabled=enabled, **more).script_id)
        return made[-1]

    yield make
    for script_id in made:
        admin.global_init_scripts.delete(script_id)


def order(admin):
    return [(each.name, each.position) for each in admin.global_init_scripts.list()]


def test_scripts_have_positions_that_move_up_for_another(admin, ann, script):
    first, second = script("first", "true"), script("second", "true")
    assert order(admin) == [("first", 0), ("second", 1)]
    script("between", "true", position=1)
    assert order(admin) == [("first", 0), ("between", 1), ("second", 2)]
    admin.global_init_scripts.update(second, "now first", encoded("exit 0"), position=0)
    assert order(admin) == [("now first", 0), ("first", 1), ("between", 2)]
    kept = admin.global_init_scripts.get(second)
    assert base64.b64decode(kept.script) == b"exit 0" and kept.enabled and kept.updated_by == "brickwork@localhost"
    assert admin.global_init_scripts.get(first).position == 1
    refused("PERMISSION_DENIED", lambda: list(ann.global_init_scripts.list()))
    refused("INVALID_PARAMETER_VALUE", admin.global_init_scripts.create, "no base64", "?")
    refused("INVALID_PARAMETER_VALUE", admin.global_init_scripts.create, "", encoded("true"))
    refused("RESOURCE_DOES_NOT_EXIST", admin.global_init_scripts.get, "absent")


def test_they_run_in_order_before_the_clusters_own(admin, script, tmp_path):
    seen = tmp_path / "seen"
    script("late", f"echo late >>{seen}")
    script("early", f"echo early $DB_CLUSTER_ID >>{seen}", position=0)
    script("off", f"echo off >>{seen}", enabled=False)
    admin.workspace.upload("/Shared/own.sh", io.BytesIO(f"echo own >>{seen}".encode()), format=ImportFormat.RAW)
    own = compute.InitScriptInfo(workspace=compute.WorkspaceStorageInfo("/Shared/own.sh"))
    made = admin.clusters.create(VERSION, num_workers=0, init_scripts=[own]).result()
    assert seen.read_text() == f"early {made.cluster_id}\nlate\nown\n"
    events = {event.type.value: event for event in admin.clusters.events(made.cluster_id)}
    details = events["INIT_SCRIPTS_FINISHED"].details.init_scripts
    assert [each.status.value for each in details.global_ + details.cluster] == ["SUCCEEDED"] * 3
    assert details.cluster[0].workspace.destination == "/Shared/own.sh"
    shown = admin.api_client.do("POST", "/api/2.1/clusters/events", body={"cluster_id": made.cluster_id, "event_types": ["INIT_SCRIPTS_STARTED"]})
    names = [each["script_name"] for each in shown["events"][0]["details"]["init_scripts"]["global"]]
    assert names == ["early", "late"]
    admin.clusters.permanent_delete(made.cluster_id)


def test_one_that_fails_ends_the_start_and_is_named(admin, script):
    script_id = script("broken", "echo oh no >&2; exit 3")
    made = admin.clusters.create(VERSION, num_workers=0)
    ended = admin.clusters.wait_get_cluster_terminated(made.cluster_id)
    assert (ended.termination_reason.code.value, ended.termination_reason.type.value) == ("GLOBAL_INIT_SCRIPT_FAILURE", "CLIENT_ERROR")
    assert script_id in ended.state_message and "oh no" in ended.state_message
    admin.clusters.permanent_delete(made.cluster_id)
