"""Git folders from a bare repository of this machine: seen in the workspace, run by notebook tasks, moved to other
branches and tags, and refused while something in them was changed."""

import base64
import http.client
import io
import json
import threading
import time

import pytest
from conftest import Local
from databricks.sdk.errors import DatabricksError
from databricks.sdk.service import jobs, workspace
from databricks.sdk.service.workspace import ExportFormat, ImportFormat
from http_client import Plain
from repository import Repository

NOTEBOOK = "# Databricks notebook source\n"
HOME = "/Repos/brickwork@localhost"
IPYNB = {"cells": [{"cell_type": "code", "source": ["print('cell')"], "metadata": {}, "outputs": [], "execution_count": None}],
         "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    made = Repository(tmp_path_factory.mktemp("code"))
    made.commit({"main.py": NOTEBOOK + "from lib.answer import ANSWER\ndbutils.notebook.exit(str(ANSWER))\n",
                 "lib/answer.py": "ANSWER = 42\n", "lib/__init__.py": "", "old/gone.txt": "gone later",
                 "cells.ipynb": json.dumps(IPYNB), "taken.py": NOTEBOOK, "taken/inside.txt": "inside", "README.md": "# read me"})
    made.git("tag", "v1")
    made.git("push", "-q", made.bare, "v1")
    made.git("checkout", "-q", "-b", "next")
    made.commit({"lib/answer.py": "ANSWER = 43\n", "old/gone.txt": None, "new.sql": "-- Databricks notebook source\nselect 1\n"}, branch="next")
    return made


@pytest.fixture
def folder(local, code, request):
    made = local.client.repos.create(code.url, "gitHub", path=f"{HOME}/{request.node.name[:60]}")
    yield made
    local.client.repos.delete(made.id)


def refused(code, call, *arguments, **named):
    with pytest.raises(DatabricksError) as caught:
        call(*arguments, **named)
    assert caught.value.error_code == code, caught.value
    return str(caught.value)


def kinds(client, path):
    return {entry.path.removeprefix(path + "/"): entry.object_type.value for entry in client.workspace.list(path, recursive=False)}


def read(client, path):
    return base64.b64decode(client.workspace.export(path, format=ExportFormat.SOURCE).content).decode()


def test_a_folder_shows_its_branch_and_its_files_as_the_workspace_does(local, code, folder):
    client = local.client
    assert (folder.branch, folder.provider, folder.url) == ("main", "gitHub", code.url)
    assert folder.head_commit_id == code.git("rev-parse", "main")
    assert kinds(client, folder.path) == {
        "main": "NOTEBOOK", "cells": "NOTEBOOK", "lib": "DIRECTORY", "old": "DIRECTORY", "taken": "DIRECTORY",
        "taken.py": "FILE", "README.md": "FILE"}
    status = client.workspace.get_status(f"/Workspace{folder.path}")
    assert (status.object_type.value, status.object_id) == ("REPO", folder.id)
    assert kinds(client, HOME)[folder.path.removeprefix(HOME + "/")] == "REPO"
    assert "print('cell')" in read(client, f"{folder.path}/cells")
    assert client.workspace.download(f"{folder.path}/README.md").read() == b"# read me"
    assert client.repos.get(folder.id).as_dict() == folder.as_dict()


def test_an_update_goes_to_a_branch_a_tag_and_what_was_pushed_since(local, code, folder):
    client = local.client
    client.repos.update(folder.id, branch="next")
    moved = client.repos.get(folder.id)
    assert (moved.branch, moved.head_commit_id) == ("next", code.git("rev-parse", "next"))
    assert "43" in client.workspace.download(f"{folder.path}/lib/answer.py").read().decode()
    assert {"new"} == set(kinds(client, folder.path)) - {"main", "cells", "lib", "taken", "taken.py", "README.md"}
    client.repos.update(folder.id, tag="v1")
    at_tag = client.repos.get(folder.id)
    assert (at_tag.branch, at_tag.head_commit_id) == (None, folder.head_commit_id)
    assert "old" in kinds(client, folder.path)
    code.git("checkout", "-q", "-B", "moving", "main")
    first = code.commit({"moving.txt": "1"}, branch="moving")
    client.repos.update(folder.id, branch="moving")
    second = code.commit({"moving.txt": "2"}, branch="moving")
    assert client.repos.get(folder.id).head_commit_id == first
    client.repos.update(folder.id, branch="moving")
    assert client.repos.get(folder.id).head_commit_id == second
    assert client.workspace.download(f"{folder.path}/moving.txt").read() == b"2"


def test_what_was_changed_in_it_is_not_overwritten(local, folder):
    client = local.client
    path = f"{folder.path}/lib/answer.py"
    client.workspace.upload(path, io.BytesIO(b"ANSWER = 1\n"), format=ImportFormat.RAW, overwrite=True)
    told = refused("GIT_CONFLICT", client.repos.update, folder.id, branch="next")
    assert "uncommitted changes" in told and "lib/answer.py" in told
    assert client.repos.get(folder.id).as_dict() == folder.as_dict()
    client.workspace.upload(path, io.BytesIO(b"ANSWER = 42\n"), format=ImportFormat.RAW, overwrite=True)
    client.workspace.upload(f"{folder.path}/new", io.BytesIO(b"mine"), format=ImportFormat.RAW)
    assert "new" in refused("GIT_CONFLICT", client.repos.update, folder.id, branch="next")
    client.workspace.delete(f"{folder.path}/new")
    client.workspace.upload(f"{folder.path}/notes.txt", io.BytesIO(b"mine"), format=ImportFormat.RAW)
    client.repos.update(folder.id, branch="next")
    assert client.workspace.download(f"{folder.path}/notes.txt").read() == b"mine"
    client.workspace.delete(f"{folder.path}/README.md")
    assert "README.md" in refused("GIT_CONFLICT", client.repos.update, folder.id, branch="main")


@pytest.mark.parametrize("prefix", ["", "/Workspace"])
def test_a_notebook_task_runs_what_lies_there_with_its_neighbours(local, folder, prefix):
    task = jobs.SubmitTask("main", notebook_task=jobs.NotebookTask(f"{prefix}{folder.path}/main"))
    run = local.client.jobs.submit(run_name="from a git folder", tasks=[task]).result()
    assert local.client.jobs.get_run_output(run.tasks[0].run_id).notebook_output.result == "42"


def test_its_permissions_are_those_of_its_directory(local, folder):
    wanted = workspace.RepoAccessControlRequest(group_name="users", permission_level=workspace.RepoPermissionLevel.CAN_RUN)
    shown = local.client.repos.set_permissions(str(folder.id), access_control_list=[wanted])
    assert (shown.object_id, shown.object_type) == (f"/repos/{folder.id}", "repo")
    levels = {entry.group_name: [each.permission_level.value for each in entry.all_permissions]
              for entry in local.client.workspace.get_permissions("directories", str(folder.id)).access_control_list}
    assert levels["users"] == ["CAN_RUN"]
    assert len(local.client.repos.get_permission_levels(str(folder.id)).permission_levels) == 4


def test_folders_are_listed_by_prefix_and_in_pages(local, code):
    client = local.client
    client.workspace.mkdirs("/Repos/many")
    client.workspace.mkdirs("/Shared/code")
    made = [client.repos.create(code.url, "gitlab", path=f"/Repos/many/{number:02}").id for number in range(21)]
    made.append(client.repos.create(code.url, "gitHub", path="/Shared/code/here").id)
    listed = list(client.repos.list(path_prefix="/Repos/many"))
    assert [each.path for each in listed] == [f"/Repos/many/{number:02}" for number in range(21)]
    assert {each.provider for each in listed} == {"gitLab"}
    assert [each.path for each in client.repos.list(path_prefix="/Workspace/Shared")] == ["/Shared/code/here"]
    assert "/Shared/code/here" not in [each.path for each in client.repos.list()]
    for repo_id in made:
        client.repos.delete(repo_id)
    assert list(client.repos.list(path_prefix="/Repos/many")) == []
    refused("RESOURCE_DOES_NOT_EXIST", client.repos.get, made[0])
    refused("RESOURCE_DOES_NOT_EXIST", client.workspace.get_status, "/Shared/code/here")


def test_what_cannot_be_made_leaves_nothing(local, code, folder, tmp_path):
    client = local.client
    create = client.repos.create
    assert "could not be read" in refused("INVALID_PARAMETER_VALUE", create, f"file://{tmp_path}/none.git", "gitHub", path=f"{HOME}/none")
    refused("RESOURCE_DOES_NOT_EXIST", client.workspace.get_status, f"{HOME}/none")
    refused("RESOURCE_ALREADY_EXISTS", create, code.url, "gitHub", path=folder.path)
    for wrong in ({"path": f"{folder.path}/inner"}, {"path": "/Repos/flat"}, {"provider": "svn"}):
        refused("INVALID_PARAMETER_VALUE", create, **{"url": code.url, "provider": "gitHub", **wrong})
    for url in ("ext::sh -c id", "https://me:secret@example.com/a.git", "relative/path", "-x"):
        assert "secret" not in refused("INVALID_PARAMETER_VALUE", create, url, "gitHub", path=f"{HOME}/none")
    refused("RESOURCE_DOES_NOT_EXIST", client.repos.update, folder.id, branch="absent")
    refused("INVALID_PARAMETER_VALUE", client.repos.update, folder.id, branch="a b")
    refused("INVALID_PARAMETER_VALUE", client.repos.update, folder.id, branch="main", tag="v1")
    assert client.repos.get(folder.id).as_dict() == folder.as_dict()


def test_an_empty_repository_is_an_empty_folder(local, tmp_path):
    made = local.client.repos.create(Repository(tmp_path).url, "gitHub", path=f"{HOME}/empty")
    assert (made.branch, made.head_commit_id) == ("main", None)
    assert list(local.client.workspace.list(made.path)) == []
    local.client.repos.delete(made.id)


def test_credentials_are_kept_for_their_user_and_never_shown(local):
    client = local.client.git_credentials
    made = client.create("github", git_username="ann", personal_access_token="very-secret-token")
    assert (made.git_provider, made.git_username) == ("gitHub", "ann")
    refused("RESOURCE_ALREADY_EXISTS", client.create, "gitHub", git_username="bob", personal_access_token="x")
    client.update(made.credential_id, "gitHub", git_username="eve", personal_access_token="very-secret-too")
    assert [each.git_username for each in client.list()] == ["eve"]
    assert "secret" not in json.dumps(local.client.api_client.do("GET", f"/api/2.0/git-credentials/{made.credential_id}"))
    assert not any(b"very-secret" in file.read_bytes() for file in local.state.glob("*.sqlite*"))
    client.delete(made.credential_id)
    refused("RESOURCE_DOES_NOT_EXIST", client.get, made.credential_id)


def test_a_kill_in_the_middle_of_an_update_or_a_creation_is_made_up_for(tmp_path):
    code = Repository(tmp_path)
    names = [f"{number:04}.txt" for number in range(300)]
    code.commit(dict.fromkeys(names, "old"))
    code.commit({**dict.fromkeys(names, "new"), "0000.txt": None, "more.txt": "new"}, branch="next")
    local = Local(tmp_path / "state")
    made = local.client.repos.create(code.url, "gitHub", path=f"{HOME}/killed")
    shown = local.state / f"workspace{made.path}"

    def killed_when(condition, method, path, body):
        """Kills the server as soon as the condition holds, whether or not the request has its answer."""
        def ask():
            try:
                Plain(local, local.client.config.token).ask(method, f"/api/2.0/repos{path}", body)
            except (OSError, http.client.HTTPException):
                pass

        asking = threading.Thread(target=ask)
        asking.start()
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline
        local.kill()
        asking.join()
        local.start()

    killed_when(lambda: (shown / "0001.txt").read_text() == "new", "PATCH", f"/{made.id}", {"branch": "next"})
    local.client.repos.update(made.id, branch="next")
    assert {file.name: file.read_text() for file in shown.iterdir()} == {**dict.fromkeys(names[1:], "new"), "more.txt": "new"}

    half = local.state / f"workspace{HOME}/half"
    killed_when((half / "0001.txt").exists, "POST", "", {"url": code.url, "provider": "gitHub", "path": f"{HOME}/half"})
    paths = [each.path for each in local.client.repos.list()]
    assert half.exists() == (f"{HOME}/half" in paths)
    if half.exists():  # it was quicker than the kill
        assert len(list(half.iterdir())) == 300
    assert len(list((local.state / "git_folders").iterdir())) == len(paths)
    local.stop()
