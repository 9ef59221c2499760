"""Who is not meant to get in does not, and who sends too much, too slowly or two things at once harms nobody."""

import base64
import io
import json
import socket
import subprocess
import time
import zipfile

import pytest
from local_workspace import BIN
from http_client import Plain
from urllib.parse import quote, urlparse

LIST = "/api/2.2/jobs/list"


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_other_machines_are_served_only_with_tls_or_on_ones_own_word(address, start_workspace):
    command = [BIN / "brickwork-local", "--ephemeral", "--bind", address]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 4 and refused.stdout == ""
    assert "--tls" in refused.stderr and "--insecure" in refused.stderr


def test_ones_own_word_is_taken(start_workspace):
    assert Plain(start_workspace("--ephemeral", "--bind", "0.0.0.0", "--insecure")).ask("GET", LIST)[0] == 200


def test_a_name_that_is_no_address_is_refused_with_a_reason():
    command = [BIN / "brickwork-local", "--ephemeral", "--bind", "example.org"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert refused.returncode == 4 and "--bind takes an IP address" in refused.stderr


def test_no_token_is_on_the_disk_but_in_its_own_file(workspace, plain):
    made = plain.ask("POST", "/api/2.0/token/create", {"comment": "x"})[2]["token_value"]
    assert Plain(workspace, made).ask("GET", LIST)[0] == 200
    for path in workspace.state.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert made.encode() not in content, path
            assert path.name == "token" or workspace.token.encode() not in content, path


def request(workspace, *lines, body=b""):
    head = [f"{line}" for line in lines] + [f"Authorization: Bearer {workspace.token}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


SMUGGLED = b"POST /api/2.2/jobs/create HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.parametrize("fields", [
    ("Content-Length: 6", "Transfer-Encoding: chunked"),
    ("Transfer-Encoding: chunked", "Content-Length: 6"),
    ("Content-Length: 6", "Content-Length: 7"),
    ("Content-Length: +6",), ("Content-Length: 0x6",), ("Content-Length: 6, 7",), ("Content-Length : 6",),
    ("Content-Length: 99999999999999999999",), ("Content-Length: -1",),
    ("Transfer-Encoding: chunked, identity",), ("Transfer-Encoding: xchunked",), ("Transfer-Encoding : chunked",),
    ("Host: y",), ("Authorization: Bearer other",),
    ("X: a\rb",), ("X: a\0b",), ("X\0: a",),
], ids=str)
def test_a_request_that_two_readers_could_read_differently_is_refused(workspace, plain, fields):
    received = plain.raw(request(workspace, "POST /api/2.2/jobs/list HTTP/1.1", "Host: x", *fields,
                                 body=b"0\r\n\r\n" + SMUGGLED))
    assert received.startswith(b"HTTP/1.1 400"), received
    assert received.count(b"HTTP/1.1") == 1, "what follows was taken for a request"


def test_a_folded_field_is_one_field(workspace, plain):
    received = plain.raw(request(workspace, f"GET {LIST} HTTP/1.1", "Host: x", "X-Long: a\r\n Transfer-Encoding: chunked",
                                 "Connection: close"))
    assert received.startswith(b"HTTP/1.1 200") and received.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("head", [
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: a\r\n" % i for i in range(9_000)) + b"\r\n"], ids=["line", "field", "many"])
def test_a_huge_header_is_refused(plain, head):
    assert plain.raw(head).startswith(b"HTTP/1.1 4")


def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(workspace, plain):
    received = plain.raw(request(workspace, "POST /api/2.2/jobs/create HTTP/1.1", "Host: x",
                                 f"Content-Length: {65 << 20}"))
    assert received.startswith(b"HTTP/1.1 413")


def test_a_chunked_body_is_too_large_as_soon_as_it_is(workspace):
    address = urlparse(workspace.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        connection.sendall(request(workspace, "POST /api/2.2/jobs/create HTTP/1.1", "Host: x",
                                   "Transfer-Encoding: chunked"))
        chunk = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        sent = 0
        try:
            while sent < 200:
                connection.sendall(chunk)
                sent += 1
        except OSError:
            pass
        assert sent < 200


def test_who_sends_slowly_loses_the_connection_and_delays_nobody(start_workspace):
    local = start_workspace("--ephemeral", "--header-seconds", "1")
    address = (urlparse(local.url).hostname, urlparse(local.url).port)
    slow = [socket.create_connection(address, timeout=30) for _ in range(300)]
    for connection in slow:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
    quiet = Plain(local)
    assert quiet.ask("GET", LIST)[0] == 200
    deadline = time.monotonic() + 30
    for connection in slow:
        connection.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            while connection.recv(4096):
                pass
        except ConnectionError:
            pass
        connection.close()
    assert time.monotonic() < deadline
    assert quiet.ask("GET", LIST)[0] == 200  # a quiet connection is no slow one: it was kept all the while


UP = ["../../../../../../../../..{}", "/../../../../../../../../../../../..{}", "/a/../../../../../../../../../../..{}",
      "dbfs:/../../../../../../../../../../../..{}", "/Shared/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e{}", "/./..//..//..//..//..//..//..{}"]


@pytest.mark.parametrize("climb", UP)
def test_no_path_leads_out_of_the_workspace(plain, tmp_path, climb):
    secret = tmp_path / "secret"
    secret.write_text("of the machine")
    wanted = climb.format(secret)
    for address in (f"/api/2.0/dbfs/read?path={quote(wanted)}", f"/api/2.0/workspace/export?path={quote(wanted)}",
                    f"/api/2.0/workspace-files/{quote(wanted)}", f"/api/2.0/fs/files/{quote(wanted)}",
                    f"/api/2.0/dbfs/list?path={quote(wanted)}"):
        status, _, answer = plain.ask("GET", address)
        assert status in (400, 404), (address, status)
        assert base64.b64encode(b"of the machine").decode() not in json.dumps(answer), address
    content = base64.b64encode(b"overwritten").decode()
    plain.ask("POST", "/api/2.0/dbfs/put", {"path": wanted, "contents": content, "overwrite": True})
    plain.ask("POST", "/api/2.0/workspace/import", {"path": wanted, "content": content, "format": "AUTO", "overwrite": True})
    plain.ask("POST", "/api/2.0/dbfs/delete", {"path": wanted, "recursive": True})
    plain.ask("POST", "/api/2.0/workspace/delete", {"path": wanted, "recursive": True})
    plain.ask("POST", "/api/2.0/dbfs/move", {"source_path": "/x", "destination_path": wanted})
    assert secret.read_text() == "of the machine"


def bomb(size):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notebook.python", b"\0" * size)
    return base64.b64encode(packed.getvalue()).decode()


@pytest.mark.parametrize("form", ["DBC", "JUPYTER", "SOURCE", "HTML", "AUTO"])
def test_an_archive_is_never_unpacked(workspace, plain, form):
    def memory():
        status = open(f"/proc/{workspace.pid}/status").read()
        return int(status.split("VmRSS:")[1].split()[0])

    before = memory()
    status, _, _ = plain.ask("POST", "/api/2.0/workspace/import", {
        "path": "/bomb", "format": form, "language": "PYTHON", "content": bomb(512 << 20), "overwrite": True})
    assert status in (200, 400)
    assert memory() - before < 100_000


@pytest.mark.parametrize("body", ['{"a":' * 100_000, "[" * 1_000_000, '{"name": "' + "\\u0000" * 100_000 + '"}',
                                  '{"name": 1e999999}', '{"name": "\xff"}'], ids=["objects", "lists", "zeros", "huge", "bytes"])
def test_json_that_is_meant_to_hurt_is_a_400(plain, body):
    assert plain.ask("POST", "/api/2.2/jobs/create", body.encode("latin-1"))[0] == 400
