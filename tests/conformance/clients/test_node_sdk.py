"""Databricks' SDK for Node, which holds ids as doubles."""

import io
import json
import subprocess
from pathlib import Path

import pytest
from databricks.sdk.service.catalog import VolumeType
from databricks.sdk.service import iam
from environments import clean_environment, need, node_environment
from repository import Repository

SCRIPT = Path(__file__).with_name("jobs.js")


def make_admin(client, principal_id):
    admins = next(iter(client.groups.list(filter="displayName eq 'admins'")))
    client.groups.patch(admins.id, operations=[iam.Patch(op=iam.PatchOp.ADD, path="members", value=[{"value": principal_id}])],
                        schemas=[iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP])


@pytest.mark.parametrize("ids, not_found, open_points", [
    ("production", "400", []), ("small", "404", ["skipped-tasks=terminated", "cancel-ended=refuse", "submit-retries=ignore"])])
def test_the_node_sdk_creates_runs_repairs_and_reads(start_workspace, ids, not_found, open_points):
    need("npm")
    place = node_environment("sdk", "@databricks/sdk-experimental@0.17.0")
    local = start_workspace("--ephemeral", "--ids", ids, "--jobs-not-found", not_found,
                            *(word for choice in open_points for word in ("--open", choice)))
    ended = subprocess.run(["node", SCRIPT, local.url, local.token], capture_output=True, text=True, timeout=120,
                           env=clean_environment(NODE_PATH=place / "node_modules"))
    assert ended.returncode == 0, ended.stderr
    saw = json.loads(ended.stdout.splitlines()[-1])
    assert saw.pop("waiter").startswith(
        "Jobs.runNowAndWait: failed to reach TERMINATED or SKIPPED state, got INTERNAL_ERROR: Task b failed")
    status, _, message = saw.pop("missing")
    assert status == int(not_found) and "Job 5 does not exist." in message
    assert ("INVALID_PARAMETER_VALUE" if not_found == "400" else "RESOURCE_DOES_NOT_EXIST") in message
    assert saw == {"user": "brickwork@localhost", "id_is_exact": True, "name": "from node", "listed": [True],
                   "failed": ["INTERNAL_ERROR", "FAILED"], "repaired": ["SUCCESS", 2], "kept": True,
                   "submitted": "SUCCESS", "dbfs": "hello", "secrets": ["k"]}


def test_the_node_sdk_logs_in_with_a_secret_and_uses_the_services_around_jobs(start_workspace, tmp_path):
    need("npm")
    place = node_environment("sdk", "@databricks/sdk-experimental@0.17.0")
    local = start_workspace("--ephemeral")
    code = Repository(tmp_path)
    code.commit({"a.txt": "1"})
    local.client().volumes.create("main", "default", "python", VolumeType.MANAGED)
    local.client().files.upload("/Volumes/main/default/python/a b.txt", io.BytesIO(b"hello"))
    principal = local.client().service_principals.create(display_name="robot")
    make_admin(local.client(), principal.id)
    local.client().workspace.mkdirs("/Repos/node")
    secret = local.client().service_principal_secrets_proxy.create(principal.id)
    ended = subprocess.run(["node", SCRIPT.with_name("services.js"), local.url, principal.application_id, secret.secret, code.url],
                           capture_output=True, text=True, timeout=120, env=clean_environment(NODE_PATH=place / "node_modules"))
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1]) == {
        "user": "robot", "catalogs": ["main"], "volume": "main.default.node", "file": "hello", "listed": ["a b.txt"],
        "warehouses": 0, "tokens": [True], "repos": [["/Repos/node/code", "main"]],
        "refused": "INVALID_PARAMETER_VALUE", "policies": ["node"], "pool": "ACTIVE",
        "profiles": ["arn:aws:iam::123456789012:instance-profile/node"], "scripts": [True], "credentials": [True]}
