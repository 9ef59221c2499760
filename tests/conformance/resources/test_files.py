"""Files and directories of volumes, as the SDK for Python reads and writes them."""

import http.client
import io
import os
import random
import threading
import urllib.parse
from pathlib import Path

import pytest
import requests
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import VolumeType
from http_client import Plain
from refusals import refused

FILES = "/api/2.0/fs/files"


@pytest.fixture(scope="module")
def volume(admin):
    return make_volume(admin)


def make_volume(client):
    client.volumes.create("main", "default", "data", VolumeType.MANAGED)
    return "/Volumes/main/default/data"


def read(client, path):
    return client.files.download(path).contents.read()


def send(local, path, data=b"", token=None, **headers):
    return requests.put(local.url + FILES + path, data, timeout=60,
                        headers={"Authorization": f"Bearer {token or local.token}", **headers})


def unfinished(local):
    return list((local.state / "uploads").iterdir())


def test_a_file_is_written_read_described_and_deleted(admin, volume):
    path = f"{volume}/deep/er/a.bin"
    admin.files.upload(path, io.BytesIO(b"0123456789"))
    assert read(admin, path) == b"0123456789"
    described = admin.files.get_metadata(path)
    assert (described.content_length, described.content_type) == (10, "application/octet-stream") and described.last_modified
    admin.files.delete(path)
    for ask in (admin.files.download, admin.files.get_metadata, admin.files.delete):
        with pytest.raises(NotFound):
            ask(path)


def test_it_is_the_file_that_tasks_and_dbfs_see(admin, volume, workspace):
    admin.files.upload(f"{volume}/seen", io.BytesIO(b"seen"))
    assert (workspace.state / "volumes/main/default/data/seen").read_bytes() == b"seen"
    assert admin.dbfs.get_status(f"dbfs:{volume}/seen").file_size == 4


def test_point_58_overwrite_says_whether_what_is_there_may_go(admin, volume):
    path = f"{volume}/twice"
    admin.files.upload(path, io.BytesIO(b"first"), overwrite=False)
    refused("ALREADY_EXISTS", admin.files.upload, path, io.BytesIO(b"second"), overwrite=False)
    assert read(admin, path) == b"first"
    admin.files.upload(path, io.BytesIO(b"second"), overwrite=True)
    admin.files.upload(path, io.BytesIO(b"third"))
    assert read(admin, path) == b"third"
    admin.files.create_directory(f"{volume}/folder")
    refused("ALREADY_EXISTS", admin.files.upload, f"{volume}/folder", io.BytesIO(b"x"), overwrite=True)


@pytest.mark.parametrize("name", ["a b", "ü%20+?#&=;", "100%", "日本語", "x" * 255, "a\\b", "'\"<>"])
def test_every_name_comes_through(admin, volume, name):
    path = f"{volume}/names/{name}"
    admin.files.upload(path, io.BytesIO(name.encode()))
    assert read(admin, path) == name.encode()
    assert path in [entry.path for entry in admin.files.list_directory_contents(f"{volume}/names")]


@pytest.mark.parametrize("path", [
    "/Volumes/main/default/data/%2e%2e/x", "/Volumes/main/default/data/../../../../../x", "/Volumes/main/default/data/./x",
    "/Volumes/main/default/data//x", "/Volumes/main/default", "/Workspace/x", "/etc/passwd", "/Volumes/main/default/data",
    "/Volumes/main/default/data/" + "x" * 256, "/Volumes/main/default/data/" + "d/" * 1500, "/Volumes/main/default/data/a%00b"])
def test_no_path_leads_out_of_the_volumes(workspace, volume, path):
    status, _, error = Plain(workspace).ask("PUT", FILES + path, b"out")
    assert status == 400 and error["error_code"] in ("INVALID_PARAMETER_VALUE", "MALFORMED_REQUEST")
    assert unfinished(workspace) == []


def test_files_and_directories_need_a_volume_that_is_there(admin):
    for ask in (lambda path: admin.files.upload(path, io.BytesIO(b"x")), admin.files.create_directory, admin.files.download):
        with pytest.raises(NotFound):
            ask("/Volumes/main/default/absent/x")


def test_nobody_writes_without_a_token(workspace, volume):
    answer = send(workspace, f"{volume}/stranger", b"x" * 3_000_000, token="dapi0")
    assert answer.status_code == 401 and unfinished(workspace) == []
    assert not (workspace.state / "volumes/main/default/data/stranger").exists()


def test_what_is_refused_is_read_to_its_end_and_the_connection_goes_on(workspace, volume):
    plain = Plain(workspace)
    assert plain.ask("PUT", f"{FILES}{volume}/there", b"x")[0] == 204
    for _ in range(2):
        status, _, error = plain.ask("PUT", f"{FILES}{volume}/there?overwrite=false", b"x" * 5_000_000)
        assert (status, error["error_code"]) == (409, "ALREADY_EXISTS")


def test_who_waits_for_continue_hears_the_refusal_first(workspace, volume):
    head = (f"PUT {FILES}{volume}/there?overwrite=false HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {workspace.token}\r\n"
            "Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
    send(workspace, f"{volume}/there", b"x")
    assert Plain(workspace).raw(head.encode()).startswith(b"HTTP/1.1 409")
    head = head.replace("/there", "/not_there").replace("1000000", "3").replace("Host: x", "Host: x\r\nConnection: close")
    answer = Plain(workspace).raw(head.encode() + b"abc")
    assert answer.startswith(b"HTTP/1.1 100") and b"HTTP/1.1 204" in answer


def test_chunks_and_empty_bodies(admin, workspace, volume):
    assert send(workspace, f"{volume}/chunks", iter([b"a" * 700_000, b"b" * 700_000, b"c"])).status_code == 204
    assert read(admin, f"{volume}/chunks") == b"a" * 700_000 + b"b" * 700_000 + b"c"
    assert send(workspace, f"{volume}/empty").status_code == 204
    assert read(admin, f"{volume}/empty") == b"" and admin.files.get_metadata(f"{volume}/empty").content_length == 0


def test_a_file_of_more_than_five_gigabytes_is_refused_at_its_header(workspace, volume):
    head = (f"PUT {FILES}{volume}/huge HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {workspace.token}\r\n"
            f"Content-Length: {5 * 2**30 + 1}\r\n\r\n")
    assert Plain(workspace).raw(head.encode()).startswith(b"HTTP/1.1 413")


def test_other_bodies_end_at_64_megabytes_as_before(workspace):
    head = (f"POST /api/2.2/jobs/create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {workspace.token}\r\n"
            f"Content-Length: {64 * 2**20 + 1}\r\n\r\n")
    assert Plain(workspace).raw(head.encode()).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("asked, status, part", [
    ("bytes=0-0", 206, slice(0, 1)), ("bytes=10-19", 206, slice(10, 20)), ("bytes=90-", 206, slice(90, 100)),
    ("bytes=90-1000", 206, slice(90, 100)), ("bytes=-7", 206, slice(93, 100)), ("bytes=-1000", 206, slice(0, 100)),
    ("bytes=100-", 416, None), ("bytes=-0", 416, None), ("bytes=5-2", 200, slice(0, 100)), ("bytes=a-b", 200, slice(0, 100)),
    ("bytes=0-1,5-6", 200, slice(0, 100)), ("lines=0-1", 200, slice(0, 100)), ("bytes=99999999999999999999-", 200, slice(0, 100))])
def test_ranges(workspace, volume, asked, status, part):
    data = bytes(range(100))
    send(workspace, f"{volume}/hundred", data)
    answer = requests.get(workspace.url + FILES + f"{volume}/hundred", timeout=30,
                          headers={"Authorization": f"Bearer {workspace.token}", "Range": asked})
    assert answer.status_code == status
    if part:
        assert answer.content == data[part] and answer.headers["Accept-Ranges"] == "bytes"
    if status == 206:
        assert answer.headers["Content-Range"] == f"bytes {part.start}-{part.stop - 1}/100"
    if status == 416:
        assert answer.headers["Content-Range"] == "bytes */100"


def test_a_file_that_was_modified_is_not_read_on(workspace, volume):
    send(workspace, f"{volume}/modified", b"x")
    place = workspace.state / "volumes/main/default/data/modified"
    os.utime(place, (10**9, 10**9))
    ask = lambda when: Plain(workspace).ask("GET", f"{FILES}{volume}/modified", headers={"If-Unmodified-Since": when})[0]
    assert ask("Sun, 09 Sep 2001 01:46:40 GMT") == 200 and ask("Sun, 09 Sep 2001 01:46:39 GMT") == 412


def test_directories_are_made_listed_in_pages_and_deleted_when_empty(admin, workspace, volume):
    folder = f"{volume}/folder of many"
    admin.files.create_directory(f"{folder}/sub")
    admin.files.create_directory(f"{folder}/sub")
    for number in range(25):
        admin.files.upload(f"{folder}/f{number:02}", io.BytesIO(b"x" * number))
    entries = list(admin.files.list_directory_contents(folder, page_size=7))
    assert [entry.name for entry in entries] == [f"f{number:02}" for number in range(25)] + ["sub"]
    assert [entry.file_size for entry in entries[:3]] == [0, 1, 2] and entries[1].last_modified and not entries[1].is_directory
    assert entries[-1].is_directory and entries[-1].path == f"{folder}/sub"
    admin.files.get_directory_metadata(folder + "/")
    refused("DIRECTORY_NOT_EMPTY", admin.files.delete_directory, folder)
    admin.files.delete_directory(f"{folder}/sub")
    for ask in (admin.files.delete_directory, admin.files.get_directory_metadata, lambda path: list(admin.files.list_directory_contents(path))):
        with pytest.raises(NotFound):
            ask(f"{folder}/sub")
    refused("ALREADY_EXISTS", admin.files.create_directory, f"{folder}/f01")
    with pytest.raises(NotFound):
        list(admin.files.list_directory_contents(f"{folder}/f01"))


# Large files, as the SDK sends and takes them

@pytest.fixture(scope="module")
def large():
    return random.Random(7).randbytes(61 * 2**20 + 5)


def test_a_large_stream_and_a_large_file_go_up_in_parts_and_come_back(admin, workspace, volume, large, tmp_path):
    admin.files.upload(f"{volume}/stream", io.BytesIO(large))
    assert (workspace.state / "volumes/main/default/data/stream").read_bytes() == large
    source, back = tmp_path / "source", tmp_path / "back"
    source.write_bytes(large)
    admin.files.upload_from(f"{volume}/file", str(source), use_parallel=True)
    admin.files.download_to(f"{volume}/file", str(back), use_parallel=True)
    assert back.read_bytes() == large
    assert read(admin, f"{volume}/stream") == large
    assert unfinished(workspace) == []


def test_parts_count_in_their_order_and_addresses_are_good_for_one_thing(workspace, volume):
    plain = Plain(workspace)
    path = f"{volume}/parts"
    token = plain.ask("POST", f"{FILES}{path}?action=initiate-upload")[2]["multipart_upload"]["session_token"]
    asked = {"path": path, "session_token": token, "start_part_number": 1, "count": 3}
    urls = [each["url"] for each in plain.ask("POST", "/api/2.0/fs/create-upload-part-urls", asked)[2]["upload_part_urls"]]
    etags = {number: requests.put(urls[number - 1], f"part {number};".encode(), timeout=30).headers["ETag"] for number in (3, 1, 2)}
    wrong = [urls[0].replace("/1?", "/4?"), urls[0][:-4] + "0000", urls[0].replace("expires=", "expires=1")]
    for url in wrong:
        answer = requests.put(url, b"x", timeout=30)
        assert answer.status_code == 403 and "<Code>AccessDenied</Code>" in answer.text
    finish = f"{FILES}{path}?action=complete-upload&upload_type=multipart&session_token={token}"
    assert plain.ask("POST", finish, {"parts": [{"part_number": 1, "etag": "x"}]})[0] == 400
    named = [{"part_number": number, "etag": etags[number]} for number in (1, 3, 2)]
    assert plain.ask("POST", finish, {"parts": named})[0] == 200
    assert (workspace.state / "volumes/main/default/data/parts").read_bytes() == b"part 1;part 2;part 3;"
    assert plain.ask("POST", finish, {"parts": named})[0] == 404 and unfinished(workspace) == []


def test_an_aborted_upload_leaves_nothing(workspace, volume):
    plain = Plain(workspace)
    path = f"{volume}/aborted"
    token = plain.ask("POST", f"{FILES}{path}?action=initiate-upload")[2]["multipart_upload"]["session_token"]
    asked = {"path": path, "session_token": token, "start_part_number": 1, "count": 1}
    url = plain.ask("POST", "/api/2.0/fs/create-upload-part-urls", asked)[2]["upload_part_urls"][0]["url"]
    requests.put(url, b"x", timeout=30)
    assert len(unfinished(workspace)) == 1
    abort = plain.ask("POST", "/api/2.0/fs/create-abort-upload-url", {"path": path, "session_token": token})[2]["abort_upload_url"]
    assert requests.delete(abort["url"], timeout=30).ok and unfinished(workspace) == []
    assert requests.put(url, b"x", timeout=30).status_code == 404


def test_an_address_ends_in_words_that_the_sdk_understands(start_workspace):
    local = start_workspace("--ephemeral", "--turn-clock")
    plain = Plain(local)
    path = make_volume(local.client()) + "/ended"
    send(local, path, b"x")
    url = plain.ask("POST", "/api/2.0/fs/create-download-url", {"path": path})[2]["url"]
    assert requests.get(url, timeout=30).content == b"x"
    plain.ask("POST", "/api/brickwork/clock", {"advance_seconds": 3600})
    ended = requests.get(url, timeout=30)
    assert ended.status_code == 403 and "<Message>Request has expired</Message>" in ended.text


# What must not be seen

def test_a_file_that_is_read_stays_whole_while_it_is_replaced(workspace, volume, large):
    send(workspace, f"{volume}/replaced", large)
    reading = requests.get(workspace.url + FILES + f"{volume}/replaced", stream=True, timeout=30,
                           headers={"Authorization": f"Bearer {workspace.token}"})
    first = reading.raw.read(1000)
    send(workspace, f"{volume}/replaced", b"new")
    assert first + reading.raw.read() == large


def half_sent(local, path, data, size):
    """A connection on which the first half of a file has come."""
    address = urllib.parse.urlparse(local.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    connection.putrequest("PUT", FILES + path)
    connection.putheader("Authorization", f"Bearer {local.token}")
    connection.putheader("Content-Length", str(size))
    connection.endheaders(data)
    return connection


def arrived(local, size):
    """Waits until so many bytes of an unfinished file are on the disk."""
    for _ in range(3000):
        if sum(file.stat().st_size for file in unfinished(local)) >= size:
            return
        threading.Event().wait(0.01)
    raise AssertionError("the bytes do not come")


def test_a_client_that_goes_leaves_no_half_file(admin, workspace, volume):
    admin.files.upload(f"{volume}/half", io.BytesIO(b"old"))
    connection = half_sent(workspace, f"{volume}/half", b"x" * 5_000_000, 9_000_000)
    arrived(workspace, 4_000_000)
    assert read(admin, f"{volume}/half") == b"old"
    connection.close()
    for _ in range(3000):
        if not unfinished(workspace):
            break
        threading.Event().wait(0.01)
    assert unfinished(workspace) == [] and read(admin, f"{volume}/half") == b"old"


@pytest.mark.parametrize("sent", [1, 1_100_000, 7_900_000])
def test_a_server_that_is_killed_leaves_no_half_file(start_workspace, tmp_path, sent):
    local = start_workspace("--state", tmp_path)
    send(local, make_volume(local.client()) + "/old", b"old")
    connections = [half_sent(local, f"/Volumes/main/default/data/{name}", b"x" * sent, 8_000_000) for name in ("old", "new")]
    arrived(local, 2 * (sent // 2**20) * 2**20)
    local.kill()
    for connection in connections:
        connection.close()
    again = start_workspace("--state", tmp_path)
    names = {entry.name: entry.file_size for entry in again.client().files.list_directory_contents("/Volumes/main/default/data")}
    assert names == {"old": 3} and unfinished(again) == []


def test_of_two_who_must_not_overwrite_one_succeeds(workspace, volume):
    statuses = []
    threads = [threading.Thread(target=lambda number=number: statuses.append(
        send(workspace, f"{volume}/race?overwrite=false", bytes([number]) * 2_000_000).status_code)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204] + [409] * 7
    data = (workspace.state / "volumes/main/default/data/race").read_bytes()
    assert len(data) == 2_000_000 and len(set(data)) == 1


def test_memory_does_not_grow_with_a_file(workspace, volume):
    piece = b"x" * 2**20
    assert send(workspace, f"{volume}/big", iter([piece] * 300)).status_code == 204
    got = requests.get(workspace.url + FILES + f"{volume}/big", stream=True, timeout=60,
                       headers={"Authorization": f"Bearer {workspace.token}"})
    assert sum(len(chunk) for chunk in got.iter_content(2**20)) == 300 * 2**20
    status = dict(line.split(":", 1) for line in Path(f"/proc/{workspace.pid}/status").read_text().splitlines())
    assert int(status["VmHWM"].split()[0]) < 64 * 1024
    requests.delete(workspace.url + FILES + f"{volume}/big", headers={"Authorization": f"Bearer {workspace.token}"}, timeout=30)
