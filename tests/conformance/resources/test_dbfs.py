"""DBFS: files by block, by form and by range."""

import base64
import io
import os

import pytest
import requests
from http_client import Plain
from refusals import refused

MEBIBYTE = 1024 * 1024


def encoded(data):
    return base64.b64encode(data).decode()


def test_point_57_dbfs_limits(ann):
    dbfs = ann.dbfs
    dbfs.put("/limits/exact", contents=encoded(b"x" * MEBIBYTE))
    assert dbfs.get_status("/limits/exact").file_size == MEBIBYTE
    refused("RESOURCE_ALREADY_EXISTS", dbfs.put, "/limits/exact", contents="YQ==")
    refused("RESOURCE_ALREADY_EXISTS", dbfs.create, "/limits/exact")
    assert dbfs.get_status("/limits/exact").file_size == MEBIBYTE
    refused("MAX_BLOCK_SIZE_EXCEEDED", dbfs.put, "/limits/more", contents=encoded(b"x" * (MEBIBYTE + 1)))
    refused("RESOURCE_DOES_NOT_EXIST", dbfs.get_status, "/limits/more")
    handle = dbfs.create("/limits/blocks").handle
    assert handle > 2**31
    dbfs.add_block(handle, encoded(b"a" * MEBIBYTE))
    refused("MAX_BLOCK_SIZE_EXCEEDED", dbfs.add_block, handle, encoded(b"x" * (MEBIBYTE + 1)))
    dbfs.add_block(handle, encoded(b"b"))
    dbfs.close(handle)
    assert dbfs.get_status("/limits/blocks").file_size == MEBIBYTE + 1
    for call in (lambda: dbfs.add_block(handle, "YQ=="), lambda: dbfs.close(handle), lambda: dbfs.add_block(12345, "YQ==")):
        refused("RESOURCE_DOES_NOT_EXIST", call)
    refused("MAX_READ_SIZE_EXCEEDED", dbfs.read, "/limits/blocks", length=MEBIBYTE + 1)
    refused("INVALID_PARAMETER_VALUE", dbfs.put, "/limits/x", contents="%%")


def test_a_range_is_read(ann):
    data = os.urandom(700_000)
    ann.dbfs.upload("/range/file", io.BytesIO(data), overwrite=True)
    first = ann.dbfs.read("dbfs:/range/file")
    assert first.bytes_read == 524_288 and base64.b64decode(first.data) == data[:524_288]
    rest = ann.dbfs.read("/range/file", offset=524_288, length=MEBIBYTE)
    assert base64.b64decode(rest.data) == data[524_288:] and rest.bytes_read == 175_712
    assert ann.dbfs.read("/range/file", offset=699_999, length=5).bytes_read == 1
    assert (ann.dbfs.read("/range/file", offset=700_000).bytes_read or 0) == 0
    refused("INVALID_PARAMETER_VALUE", ann.dbfs.read, "/range/file", offset=-1)
    refused("INVALID_PARAMETER_VALUE", ann.dbfs.read, "/range")


def test_a_form_may_be_larger_than_a_block(workspace, ann):
    data = os.urandom(3 * MEBIBYTE)
    sent = {"url": workspace.url + "/api/2.0/dbfs/put", "timeout": 30,
            "headers": {"Authorization": f"Bearer {workspace.tokens['ann']}"}}
    answer = requests.post(files={"contents": ("name.bin", data)}, data={"path": "/form/file", "overwrite": "true"}, **sent)
    assert answer.status_code == 200 and answer.json() == {}
    assert ann.dbfs.download("/form/file").read() == data
    again = requests.post(files={"contents": ("name.bin", b"x")}, data={"path": "/form/file"}, **sent)
    assert again.json()["error_code"] == "RESOURCE_ALREADY_EXISTS"


def test_the_sdk_writes_and_reads_what_is_larger_than_a_block(ann):
    data = os.urandom(2_500_000)
    ann.dbfs.upload("dbfs:/sdk/big.bin", io.BytesIO(data), overwrite=True)
    assert ann.dbfs.download("dbfs:/sdk/big.bin").read() == data
    ann.dbfs.copy("dbfs:/sdk/big.bin", "dbfs:/sdk/copy.bin")
    assert ann.dbfs.exists("dbfs:/sdk/copy.bin") and not ann.dbfs.exists("dbfs:/sdk/none")


def test_files_are_listed_moved_and_deleted(ann):
    dbfs = ann.dbfs
    dbfs.mkdirs("/tree/a/b")
    dbfs.put("/tree/a/f", contents="YWJj")
    listed = {entry.path: (entry.is_dir, entry.file_size) for entry in ann.api_client.do(
        "GET", "/api/2.0/dbfs/list", query={"path": "/tree/a"})["files"] for entry in [type("E", (), entry)]}
    assert listed == {"/tree/a/b": (True, 0), "/tree/a/f": (False, 3)}
    assert dbfs.get_status("/tree/a/f").modification_time > 1_600_000_000_000
    refused("RESOURCE_ALREADY_EXISTS", dbfs.mkdirs, "/tree/a/f")
    dbfs.put("/tree/taken", contents="YQ==")
    refused("RESOURCE_ALREADY_EXISTS", ann.api_client.do, "POST", "/api/2.0/dbfs/move",
            body={"source_path": "/tree/a/f", "destination_path": "/tree/taken"})
    refused("RESOURCE_DOES_NOT_EXIST", ann.api_client.do, "POST", "/api/2.0/dbfs/move",
            body={"source_path": "/tree/none", "destination_path": "/tree/x"})
    ann.api_client.do("POST", "/api/2.0/dbfs/move", body={"source_path": "/tree/a/f", "destination_path": "/tree/g"})
    assert base64.b64decode(dbfs.read("/tree/g").data) == b"abc"
    refused("RESOURCE_DOES_NOT_EXIST", dbfs.get_status, "/tree/a/f")


def test_a_folder_that_is_not_empty_needs_recursive(workspace):
    plain = Plain(workspace)
    plain.ask("POST", "/api/2.0/dbfs/put", {"path": "/full/f", "contents": "YQ=="})
    assert plain.ask("POST", "/api/2.0/dbfs/delete", {"path": "/full"})[2]["error_code"] == "IO_ERROR"
    assert plain.ask("POST", "/api/2.0/dbfs/delete", {"path": "/full", "recursive": True})[0] == 200
    assert plain.ask("POST", "/api/2.0/dbfs/delete", {"path": "/full"})[0] == 200


@pytest.mark.parametrize("path", ["relative", "", "dbfs:", "dbfs:x", "/../../etc/passwd", "/a/../../../x", "/x\0y",
                                  "/" + "x" * 5000])
def test_no_path_leaves_dbfs(workspace, path):
    plain = Plain(workspace)
    for method, name, body in (("POST", "put", {"path": path, "contents": "YQ=="}), ("POST", "mkdirs", {"path": path}),
                               ("POST", "create", {"path": path}), ("POST", "delete", {"path": path}),
                               ("POST", "move", {"source_path": path, "destination_path": "/y"})):
        status, _, answer = plain.ask(method, f"/api/2.0/dbfs/{name}", body)
        assert status in (200, 400, 404), answer
    assert not (workspace.state.parent / "etc").exists() and not (workspace.state / "x").exists()
