"""Jobs whose code lies in a git repository: a bare one that each test makes."""

import json
import os
import socket
import subprocess
import time

import pytest
import repository
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service import jobs
from databricks.sdk.service.jobs import GitProvider, GitSource, Source

from conftest import Local

NOTEBOOK = "# Databricks notebook source\n"


class Repository(repository.Repository):
    def source(self, url=None, **which):
        return GitSource(git_url=url or self.url, git_provider=GitProvider.GIT_HUB, **(which or {"git_branch": "main"}))


@pytest.fixture(name="repository")
def made_repository(tmp_path):
    return Repository(tmp_path)


def notebook(key, path, *after, parameters=None, source=None):
    return jobs.SubmitTask(task_key=key, depends_on=[jobs.TaskDependency(name) for name in after],
                           notebook_task=jobs.NotebookTask(path, base_parameters=parameters, source=source))


def script(key, path, *words, source=Source.GIT):
    return jobs.SubmitTask(task_key=key, spark_python_task=jobs.SparkPythonTask(path, parameters=list(words),
                                                                                source=source))


def left_behind(local):
    folder = local.state / "workspace/Repos/.internal"
    return list(folder.iterdir()) if folder.exists() else []


def wait_for_nothing_left(local):
    deadline = time.monotonic() + 30
    while left_behind(local):
        assert time.monotonic() < deadline, left_behind(local)
        time.sleep(0.02)


def result(output):
    assert output.metadata.state.result_state.value == "SUCCESS", (output.error, output.error_trace)
    return output.notebook_output.result


def test_a_notebook_of_a_branch_runs_with_its_neighbours(local, repository):
    commit = repository.commit({
        "jobs/rows.py": NOTEBOOK + "# MAGIC %run ./shared\n\n# COMMAND ----------\n\nimport beside, at_root, os\n"
                                   "dbutils.notebook.exit([shared, beside.value, at_root.value, os.path.exists('.git'),"
                                   " os.path.exists('../.git'), dbutils.widgets.get('p')])",
        "jobs/shared.py": NOTEBOOK + "shared = 'shared'",
        "jobs/beside.py": "value = 'beside'", "at_root.py": "value = 'at root'"})
    run = local.client.jobs.submit(run_name="git", git_source=repository.source(),
                                   tasks=[notebook("main", "jobs/rows", parameters={"p": "v"})])
    output = local.outputs(run.run_id)["main"]
    assert result(output) == "['shared', 'beside', 'at root', False, False, 'v']"
    shown = local.client.jobs.get_run(run.run_id)
    assert shown.git_source.git_snapshot.used_commit == commit and shown.git_source.git_branch == "main"
    assert shown.tasks[0].git_source.git_snapshot.used_commit == commit
    wait_for_nothing_left(local)


def test_a_plain_path_a_tag_and_a_commit_are_found(local, repository):
    first = repository.commit({"n.py": NOTEBOOK + "dbutils.notebook.exit('first')"})
    repository.git("tag", "-a", "v1", "-m", "v1")
    repository.git("push", "-q", repository.bare, "v1")
    second = repository.commit({"n.py": NOTEBOOK + "dbutils.notebook.exit('second')"})
    repository.commit({"n.py": NOTEBOOK + "dbutils.notebook.exit('third')"})
    for which, ends, commit in (({"git_tag": "v1"}, "first", first), ({"git_commit": second}, "second", second),
                                ({"git_commit": second[:10]}, "second", second)):
        run = local.client.jobs.submit(tasks=[notebook("main", "n")],
                                       git_source=repository.source(url=str(repository.bare), **which))
        assert result(local.outputs(run.run_id)["main"]) == ends
        assert local.client.jobs.get_run(run.run_id).git_source.git_snapshot.used_commit == commit


def test_every_task_of_a_run_reads_the_commit_that_the_first_one_found(local, repository, tmp_path):
    repository.commit({"first.py": NOTEBOOK + f"""import os, time
open({str(tmp_path / 'began')!r}, 'w').close()
while not os.path.exists({str(tmp_path / 'go')!r}):
    time.sleep(0.02)
""", "second.py": NOTEBOOK + "dbutils.notebook.exit('old')"})
    run = local.client.jobs.submit(tasks=[notebook("first", "first"), notebook("second", "second", "first")],
                                   git_source=repository.source())
    deadline = time.monotonic() + 60
    while not (tmp_path / "began").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    repository.commit({"second.py": NOTEBOOK + "dbutils.notebook.exit('new')"})
    (tmp_path / "go").touch()
    assert result(local.outputs(run.run_id)["second"]) == "old"


def test_a_repair_stays_with_the_commit_and_reads_anew_when_git_source_was_changed(local, repository):
    repository.commit({"n.py": NOTEBOOK + "raise ValueError('old')"})
    task = jobs.Task(task_key="main", notebook_task=jobs.NotebookTask("n"))
    job = local.client.jobs.create(name="git", git_source=repository.source(), tasks=[task])
    run = local.client.jobs.run_now(job.job_id)
    assert local.outputs(run.run_id)["main"].error == "ValueError: old"
    wait_for_nothing_left(local)
    fixed = repository.commit({"n.py": NOTEBOOK + "dbutils.notebook.exit('new')"}, "HEAD:fixed")
    repair = local.client.jobs.repair_run(run.run_id, rerun_all_failed_tasks=True)
    local.outputs(run.run_id)
    tasks = local.client.jobs.get_run(run.run_id).tasks
    assert local.client.jobs.get_run_output(tasks[-1].run_id).error == "ValueError: old"
    local.client.jobs.update(job.job_id, new_settings=jobs.JobSettings(git_source=repository.source(git_branch="fixed")))
    local.client.jobs.repair_run(run.run_id, rerun_all_failed_tasks=True,
                                 latest_repair_id=repair.response.repair_id)
    local.outputs(run.run_id)
    shown = local.client.jobs.get_run(run.run_id)
    assert result(local.client.jobs.get_run_output(shown.tasks[-1].run_id)) == "new"
    assert shown.git_source.git_snapshot.used_commit == fixed


def test_python_files_ipynb_and_sources_of_both_kinds(local, repository):
    cells = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"language_info": {"name": "python"}},
             "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None,
                        "source": ["dbutils.notebook.exit(dbutils.notebook.run('../plain', 60, {'a': '{{job.id}}'}))"]}]}
    repository.commit({"deep/cells.ipynb": json.dumps(cells),
                       "plain.py": NOTEBOOK + "dbutils.notebook.exit('child ' + dbutils.widgets.get('a'))",
                       "src/main.py": "import sys, near\nprint(near.value, sys.argv[1:], __name__)",
                       "src/near.py": "value = 'near'"})
    local.notebook("/Shared/git/here", "dbutils.notebook.exit('workspace')")
    (local.state / "dbfs/outside.py").write_text("print('outside')")
    outputs = local.submit(notebook("cells", "deep/cells"), script("file", "src/main.py", "a", "b"),
                           notebook("workspace", "/Shared/git/here", source=Source.WORKSPACE),
                           script("outside", "dbfs:/outside.py", source=None), git_source=repository.source())
    assert result(outputs["cells"]) == "child {{job.id}}"
    assert outputs["file"].logs == "near ['a', 'b'] __main__\n"
    assert result(outputs["workspace"]) == "workspace" and outputs["outside"].logs == "outside\n"


def test_what_is_not_there_is_said(local, repository, tmp_path):
    repository.commit({"n.py": NOTEBOOK, "module.py": "x = 1"})
    (repository.clone / "link.py").symlink_to("/etc/passwd")
    repository.commit({})
    (repository.clone / "escape.py").symlink_to(tmp_path / "secret.py")
    (tmp_path / "secret.py").write_text(NOTEBOOK)
    repository.commit({})
    for path in ("none", "module", "escape"):
        output = local.submit(notebook("main", path), git_source=repository.source())["main"]
        assert output.metadata.status.termination_details.code.value == "RESOURCE_NOT_FOUND", path
        assert 'Unable to access the notebook "' in output.error and output.error.count(path) == 1
    output = local.submit(notebook("main", "../n"), git_source=repository.source())["main"]
    assert output.metadata.status.termination_details.code.value == "INVALID_RUN_CONFIGURATION"
    output = local.submit(script("main", "none.py"), git_source=repository.source())["main"]
    assert output.error.startswith("Cannot read the python file /Repos/.internal/")
    for source in (repository.source(git_branch="nowhere"), repository.source(git_tag="main"),
                   repository.source(git_commit="0123456789"), repository.source(url=str(tmp_path / "nothing"))):
        output = local.submit(notebook("main", "n"), git_source=source)["main"]
        details = output.metadata.status.termination_details
        assert details.code.value == "REPOSITORY_CHECKOUT_FAILED" and details.type.value == "CLIENT_ERROR"
        assert output.error.startswith("Failed to checkout Git repository: fatal: "), output.error
    wait_for_nothing_left(local)


def test_a_url_that_starts_a_program_is_refused_and_a_password_is_not_shown(local, repository, tmp_path):
    output = local.submit(notebook("main", "n"),
                          git_source=repository.source(url=f"ext::touch {tmp_path / 'touched'}"))["main"]
    assert "transport 'ext' not allowed" in output.error and not (tmp_path / "touched").exists()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    output = local.submit(notebook("main", "n"),
                          git_source=repository.source(url=f"http://me:tops3cret@127.0.0.1:{port}/x.git"))["main"]
    assert output.error.startswith("Failed to checkout Git repository: ") and "tops3cret" not in output.error


def test_a_server_that_does_not_answer_is_not_waited_for_and_nobody_is_asked_for_a_password(tmp_path):
    local = Local(tmp_path / "state", "--git-seconds", "1")
    try:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            source = GitSource(git_url=f"http://127.0.0.1:{silent.getsockname()[1]}/x.git", git_branch="main",
                               git_provider=GitProvider.GIT_HUB)
            output = local.submit(notebook("main", "n"), git_source=source)["main"]
            assert output.error == "Failed to checkout Git repository: git did not finish within 1 seconds"
            run = local.client.jobs.submit(tasks=[notebook("main", "n")], git_source=source)
            local.client.jobs.cancel_run(run.run_id)
            assert local.outputs(run.run_id)["main"].metadata.state.result_state.value == "CANCELED"
        wait_for_nothing_left(local)
    finally:
        local.stop()


@pytest.mark.parametrize("change, words", [
    ({"git_provider": "sourceforge"}, "git_source.git_provider must be one of: github, gitlab,"),
    ({"git_tag": "v1"}, "exactly one of git_branch, git_tag and git_commit"),
    ({"git_branch": None}, "exactly one of git_branch, git_tag and git_commit"),
    ({"git_branch": "a:b"}, "is not the name of a reference"),
    ({"git_branch": None, "git_commit": "--upload-pack=x"}, "hexadecimal digits"),
    ({"git_url": "a\nb"}, "no control characters"),
])
def test_a_git_source_that_cannot_be_is_refused(local, change, words):
    source = {"git_url": "https://example.com/x", "git_provider": "gitHub", "git_branch": "main", **change}
    body = {"name": "git", "tasks": [{"task_key": "a", "notebook_task": {"notebook_path": "n"}}],
            "git_source": {name: value for name, value in source.items() if value is not None}}
    with pytest.raises(InvalidParameterValue, match=words):
        local.client.api_client.do("POST", "/api/2.2/jobs/create", body=body)


def test_a_path_from_the_root_and_a_source_without_a_repository_are_refused(local, repository):
    with pytest.raises(InvalidParameterValue, match="Paths must not begin with '/'"):
        local.client.jobs.submit(tasks=[notebook("main", "/n", source=Source.GIT)], git_source=repository.source())
    with pytest.raises(InvalidParameterValue, match="has no git_source"):
        local.client.jobs.submit(tasks=[notebook("main", "n", source=Source.GIT)])
