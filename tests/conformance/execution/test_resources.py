"""Workspace objects, DBFS, secrets, clusters and libraries, as the Databricks SDK sees them."""

import base64
import io
import json
import os
import stat

import pytest
import requests
from databricks.sdk.errors import DatabricksError
from databricks.sdk.service import compute
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language

SOURCE = "# Databricks notebook source\nx = 1\n\n# COMMAND ----------\n\n# MAGIC %md\n# MAGIC # Title\n"


def refused(status, code, call, *args, **kwargs):
    with pytest.raises(DatabricksError) as caught:
        call(*args, **kwargs)
    assert caught.value.error_code == code, caught.value
    return str(caught.value)


def raw(local, method, path, **more):
    headers = {"Authorization": local.client.config.authenticate()["Authorization"]}
    return requests.request(method, local.url + path, headers=headers, timeout=30, **more)


@pytest.fixture
def folder(local, request):
    path = "/Shared/resources/" + request.node.name
    local.client.workspace.mkdirs(path)
    return path


def test_import_makes_a_notebook_and_needs_its_folder(local, folder):
    workspace = local.client.workspace
    content = base64.b64encode(SOURCE.encode()).decode()
    text = refused(404, "RESOURCE_DOES_NOT_EXIST", workspace.import_, folder + "/none/n", content=content,
                   format=ImportFormat.SOURCE, language=Language.PYTHON)
    assert text == f"The parent folder ({folder}/none) does not exist."
    workspace.import_("/Workspace" + folder + "/n", content=content, format=ImportFormat.SOURCE, language=Language.PYTHON)
    refused(400, "RESOURCE_ALREADY_EXISTS", workspace.import_, folder + "/n", content=content,
            format=ImportFormat.SOURCE, language=Language.PYTHON)
    status = workspace.get_status(folder + "/n")
    assert (status.object_type.value, status.language, status.path) == ("NOTEBOOK", Language.PYTHON, folder + "/n")
    workspace.import_(folder + "/n", content=content, format=ImportFormat.SOURCE, language=Language.PYTHON, overwrite=True)
    assert workspace.get_status(folder + "/n").object_id == status.object_id


def test_auto_takes_the_extension_from_notebooks_and_leaves_it_to_files(local, folder):
    workspace = local.client.workspace
    workspace.upload(folder + "/n.py", SOURCE.encode(), format=ImportFormat.AUTO)
    workspace.upload(folder + "/m.py", b"x = 1\n", format=ImportFormat.AUTO)
    assert [(item.path.rsplit("/", 1)[1], item.object_type.value) for item in workspace.list(folder)] == [
        ("m.py", "FILE"), ("n", "NOTEBOOK")]
    assert workspace.get_status(folder + "/m.py").size == 6
    refused(400, "INVALID_PARAMETER_VALUE", workspace.upload, folder + "/n", b"x", format=ImportFormat.RAW, overwrite=True)


def test_a_notebook_comes_back_as_source_and_as_jupyter(local, folder):
    workspace = local.client.workspace
    workspace.upload(folder + "/n.py", SOURCE.encode(), format=ImportFormat.AUTO)
    assert workspace.download(folder + "/n", format=ExportFormat.SOURCE).read().decode() == SOURCE
    document = json.loads(base64.b64decode(workspace.export(folder + "/n", format=ExportFormat.JUPYTER).content))
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in document["cells"]] == [
        ("code", "x = 1"), ("markdown", "# Title")]
    workspace.upload(folder + "/again.ipynb", json.dumps(document).encode(), format=ImportFormat.JUPYTER)
    assert workspace.download(folder + "/again").read().decode() == SOURCE


def test_deleting_a_folder_that_is_not_empty_needs_recursive(local, folder):
    workspace = local.client.workspace
    workspace.upload(folder + "/n.py", SOURCE.encode(), format=ImportFormat.AUTO)
    refused(400, "DIRECTORY_NOT_EMPTY", workspace.delete, folder)
    workspace.delete(folder, recursive=True)
    refused(404, "RESOURCE_DOES_NOT_EXIST", workspace.get_status, folder + "/n")


def test_the_command_line_clients_upload_path_takes_the_body_as_it_is(local, folder):
    assert raw(local, "POST", f"/api/2.0/workspace-files/import-file{folder}/a%20b.txt?overwrite=true", data=b"abc").ok
    assert local.client.workspace.download(folder + "/a b.txt").read() == b"abc"


@pytest.mark.parametrize("path", ["relative", "/Shared/../../etc/passwd", "/" + "x" * 300])
def test_a_path_cannot_leave_the_workspace(local, path):
    refused(400, "INVALID_PARAMETER_VALUE", local.client.workspace.mkdirs, path)


def test_dbfs_keeps_what_is_put_block_by_block(local):
    dbfs = local.client.dbfs
    data = os.urandom(2_500_000)
    dbfs.upload("dbfs:/r/big.bin", io.BytesIO(data), overwrite=True)
    assert dbfs.download("dbfs:/r/big.bin").read() == data
    status = dbfs.get_status("/r/big.bin")
    assert (status.path, status.file_size, status.is_dir) == ("/r/big.bin", len(data), False)
    dbfs.delete("/r/moved.bin")
    dbfs.move("/r/big.bin", "/r/moved.bin")
    refused(404, "RESOURCE_DOES_NOT_EXIST", dbfs.get_status, "/r/big.bin")


def test_dbfs_holds_its_limits(local):
    dbfs = local.client.dbfs
    block = base64.b64encode(b"x" * (1024 * 1024 + 1)).decode()
    dbfs.put("/limits/a", contents="YQ==", overwrite=True)
    refused(400, "RESOURCE_ALREADY_EXISTS", dbfs.put, "/limits/a", contents="YQ==")
    refused(400, "MAX_BLOCK_SIZE_EXCEEDED", dbfs.put, "/limits/b", contents=block)
    refused(400, "MAX_READ_SIZE_EXCEEDED", dbfs.read, "/limits/a", length=1024 * 1024 + 1)
    refused(404, "RESOURCE_DOES_NOT_EXIST", dbfs.add_block, 12345, "YQ==")
    answer = raw(local, "POST", "/api/2.0/dbfs/delete", json={"path": "/limits"})
    assert answer.json()["error_code"] == "IO_ERROR"
    dbfs.delete("/limits", recursive=True)
    dbfs.delete("/limits")


def test_secrets_are_named_limited_and_kept_apart(local):
    secrets = local.client.secrets
    secrets.create_scope("kept")
    refused(400, "RESOURCE_ALREADY_EXISTS", secrets.create_scope, "kept")
    refused(400, "INVALID_PARAMETER_VALUE", secrets.create_scope, "no spaces")
    refused(404, "RESOURCE_DOES_NOT_EXIST", secrets.put_secret, "none", "k", string_value="v")
    refused(400, "MALFORMED_REQUEST", secrets.put_secret, "kept", "k")
    refused(400, "RESOURCE_LIMIT_EXCEEDED", secrets.put_secret, "kept", "k", string_value="x" * (128 * 1024 + 1))
    secrets.put_secret("kept", "k", string_value="first")
    secrets.put_secret("kept", "k", bytes_value=base64.b64encode(b"\x00second").decode())
    assert base64.b64decode(secrets.get_secret("kept", "k").value) == b"\x00second"
    assert [secret.key for secret in secrets.list_secrets("kept")] == ["k"]
    file = local.state / "secrets.sqlite"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"second" not in (local.state / "state.sqlite").read_bytes()
    secrets.delete_secret("kept", "k")
    refused(404, "RESOURCE_DOES_NOT_EXIST", secrets.get_secret, "kept", "k")
    secrets.delete_scope("kept")
    assert "kept" not in [scope.name for scope in secrets.list_scopes()]


def test_a_cluster_starts_stops_and_is_remembered(local):
    clusters = local.client.clusters
    created = clusters.create(spark_version="16.4.x-scala2.12", num_workers=2, cluster_name="remembered",
                              node_type_id="local", autotermination_minutes=30).result()
    assert (created.state.value, created.state_message, created.num_workers) == ("RUNNING", "", 2)
    assert clusters.delete(created.cluster_id).result().state.value == "TERMINATED"
    assert clusters.get(created.cluster_id).termination_reason.code.value == "USER_REQUEST"
    assert clusters.start(created.cluster_id).result().state.value == "RUNNING"
    assert created.cluster_id in [cluster.cluster_id for cluster in clusters.list()]
    types = [event.type.value for event in clusters.events(created.cluster_id)]
    assert types[0] == "RUNNING" and types[-1] == "CREATING"
    clusters.permanent_delete(created.cluster_id)
    answer = raw(local, "GET", f"/api/2.1/clusters/get?cluster_id={created.cluster_id}")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_there_is_a_machine_and_a_version_to_choose(local):
    clusters = local.client.clusters
    assert clusters.select_node_type(min_cores=1) == "local"
    assert clusters.select_spark_version(long_term_support=True) == "16.4.x-scala2.12"
    assert clusters.list_zones().default_zone


def test_libraries_are_installed_with_the_next_task_and_gone_after_a_restart(local):
    client = local.client
    cluster = client.clusters.create(spark_version="16.4.x-scala2.12", num_workers=0).result().cluster_id
    library = compute.Library(pypi=compute.PythonPyPiLibrary("requests"))
    client.libraries.install(cluster, [library])
    assert [status.status.value for status in client.libraries.cluster_status(cluster)] == ["PENDING"]
    local.run_notebook("import requests", cluster)
    assert [status.status.value for status in client.libraries.cluster_status(cluster)] == ["INSTALLED"]
    client.libraries.uninstall(cluster, [library])
    assert [status.status.value for status in client.libraries.cluster_status(cluster)] == ["UNINSTALL_ON_RESTART"]
    client.clusters.restart(cluster).result()
    assert list(client.libraries.cluster_status(cluster)) == []
