"""Notebooks, files and folders of the workspace."""

import base64
import json

import pytest
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language
from http_client import Plain
from refusals import refused

SOURCE = "# Databricks notebook source\nx = '<&'\n\n# COMMAND ----------\n\n# MAGIC %md\n# MAGIC # Title é\n"
CELLS = [("code", "x = '<&'"), ("markdown", "# Title é")]


def encoded(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def put(client, path, content=SOURCE, format=ImportFormat.SOURCE, language=Language.PYTHON, overwrite=False):
    client.workspace.import_(path, content=encoded(content), format=format, overwrite=overwrite,
                             language=language if format == ImportFormat.SOURCE else None)


@pytest.fixture
def folder(ann, request):
    path = "/Shared/workspace/" + request.node.name
    ann.workspace.mkdirs(path)
    return path


def test_point_59_workspace_import(ann, folder):
    text = refused("RESOURCE_DOES_NOT_EXIST", put, ann, folder + "/none/n")
    assert text == f"The parent folder ({folder}/none) does not exist."
    put(ann, "/Workspace" + folder + "/n")
    first = ann.workspace.get_status(folder + "/n")
    assert first.path == folder + "/n" and ann.workspace.get_status("/Workspace" + folder + "/n").object_id == first.object_id
    refused("RESOURCE_ALREADY_EXISTS", put, ann, folder + "/n")
    put(ann, folder + "/n", overwrite=True)
    assert ann.workspace.get_status(folder + "/n").object_id == first.object_id
    put(ann, folder + "/file.txt", "text", ImportFormat.AUTO)
    for path, format in ((folder + "/n", ImportFormat.RAW), (folder + "/file.txt", ImportFormat.SOURCE)):
        text = refused("INVALID_PARAMETER_VALUE", put, ann, path, "x", format, overwrite=True)
        assert "is different from the existing node type" in text
    refused("INVALID_PARAMETER_VALUE", ann.workspace.import_, folder + "/m", content=encoded("x"),
            format=ImportFormat.SOURCE)


def test_an_objects_status_says_what_it_is(ann, folder):
    put(ann, folder + "/n")
    put(ann, folder + "/f.txt", "four", ImportFormat.AUTO)
    notebook, file = ann.workspace.get_status(folder + "/n"), ann.workspace.get_status(folder + "/f.txt")
    assert (notebook.object_type.value, notebook.language, notebook.size) == ("NOTEBOOK", Language.PYTHON, None)
    assert (file.object_type.value, file.language, file.size) == ("FILE", None, 4)
    assert notebook.object_id != file.object_id and notebook.resource_id == str(notebook.object_id)
    assert notebook.modified_at >= notebook.created_at > 1_600_000_000_000
    directory = ann.workspace.get_status(folder)
    assert directory.object_type.value == "DIRECTORY" and directory.language is None
    recent = ann.workspace.list(folder, notebooks_modified_after=notebook.modified_at + 60_000)
    assert [entry.path for entry in recent] == [folder + "/f.txt"]


@pytest.mark.parametrize("format, suffix", [(ExportFormat.JUPYTER, ".ipynb"), (ExportFormat.HTML, ".html"),
                                            (ExportFormat.SOURCE, ".py"), (ExportFormat.AUTO, ".py")])
def test_a_notebook_comes_back_from_each_format_as_it_was(ann, folder, format, suffix):
    put(ann, folder + "/n")
    exported = ann.workspace.export(folder + "/n", format=format)
    assert exported.file_type == suffix[1:]
    content = base64.b64decode(exported.content)
    imported = {".ipynb": ImportFormat.JUPYTER, ".html": ImportFormat.HTML, ".py": ImportFormat.AUTO}[suffix]
    put(ann, folder + "/again" + suffix, content, imported)
    status = ann.workspace.get_status(folder + "/again")
    assert (status.object_type.value, status.language) == ("NOTEBOOK", Language.PYTHON)
    assert ann.workspace.download(folder + "/again").read().decode() == SOURCE


def test_what_is_exported_comes_as_it_is_when_that_is_asked_for(workspace, ann, folder):
    put(ann, folder + "/n")
    put(ann, folder + "/f.bin", b"\x00\xff", ImportFormat.RAW)
    plain = Plain(workspace, workspace.tokens["ann"])
    status, _, text = plain.ask("GET", f"/api/2.0/workspace/export?path={folder}/n&direct_download=true")
    assert (status, text) == (200, SOURCE)
    assert base64.b64decode(ann.workspace.export(folder + "/f.bin", format=ExportFormat.RAW).content) == b"\x00\xff"
    listed = {entry.path: entry.object_type.value for entry in ann.workspace.list("/Shared/workspace", recursive=True)}
    assert listed[folder + "/n"] == "NOTEBOOK" and listed[folder + "/f.bin"] == "FILE"
    assert {entry.path for entry in ann.workspace.list(folder + "/n")} == {folder + "/n"}


def test_jupyter_cells_are_the_notebooks_cells(ann, folder):
    put(ann, folder + "/n")
    document = json.loads(ann.workspace.download(folder + "/n", format=ExportFormat.JUPYTER).read())
    assert [(cell["cell_type"], "".join(cell["source"])) for cell in document["cells"]] == CELLS
    assert document["nbformat"] == 4


def test_an_exported_page_shows_the_cells_escaped(ann, folder):
    put(ann, folder + "/n", SOURCE + "\n# COMMAND ----------\n\n'</pre><script>alert(1)</script>'\n")
    page = ann.workspace.download(folder + "/n", format=ExportFormat.HTML).read().decode()
    assert "x = '&lt;&amp;'" in page and "'&lt;/pre>&lt;script>alert(1)&lt;/script>'" in page


@pytest.mark.parametrize("language, extension, comment", [(Language.SQL, "sql", "--"), (Language.SCALA, "scala", "//"),
                                                          (Language.R, "r", "#")])
def test_every_language_has_its_own_source_form(ann, folder, language, extension, comment):
    put(ann, folder + "/n", "1", language=language)
    exported = ann.workspace.export(folder + "/n", format=ExportFormat.SOURCE)
    assert exported.file_type == extension
    assert base64.b64decode(exported.content).decode() == f"{comment} Databricks notebook source\n1"
    put(ann, f"{folder}/auto.{extension}", base64.b64decode(exported.content), ImportFormat.AUTO)
    # R's header is Python's: its extension says which.
    expected = ("FILE", None) if language == Language.R else ("NOTEBOOK", language)
    name = f"auto.{extension}" if language == Language.R else "auto"
    status = ann.workspace.get_status(f"{folder}/{name}")
    assert (status.object_type.value, status.language) in (expected, ("NOTEBOOK", language))


@pytest.mark.parametrize("format", [ImportFormat.DBC, ImportFormat.R_MARKDOWN])
def test_a_format_that_is_not_supported_is_named(ann, folder, format):
    text = refused("FEATURE_DISABLED", put, ann, folder + "/n", "x", format)
    assert "DBC" in text or "R Markdown" in text
    refused("RESOURCE_DOES_NOT_EXIST", ann.workspace.get_status, folder + "/n")
    put(ann, folder + "/there")
    refused("FEATURE_DISABLED", ann.workspace.export, folder + "/there", format=ExportFormat.DBC)
    refused("FEATURE_DISABLED", ann.workspace.export, folder, format=ExportFormat.SOURCE)


@pytest.mark.parametrize("content, format, words", [
    ("not json", ImportFormat.JUPYTER, "not a Jupyter notebook"), ('{"cells": 7}', ImportFormat.JUPYTER, "list of cells"),
    ("<html></html>", ImportFormat.HTML, "no notebook"),
    ("__DATABRICKS_NOTEBOOK_MODEL = '!!'", ImportFormat.HTML, "cannot be read"),
    ("__DATABRICKS_NOTEBOOK_MODEL = '" + encoded('{"commands": 5}') + "'", ImportFormat.HTML, "list of commands"),
    ("__DATABRICKS_NOTEBOOK_MODEL = '" + encoded('{"language": "cobol", "commands": []}') + "'", ImportFormat.HTML,
     "COBOL is none of")])
def test_what_is_no_notebook_is_refused_and_leaves_nothing(ann, folder, content, format, words):
    assert words in refused("INVALID_PARAMETER_VALUE", put, ann, folder + "/n", content, format)
    assert list(ann.workspace.list(folder)) == []


def test_an_import_holds_its_limit(ann, folder):
    put(ann, folder + "/most", b"x" * 10_485_760, ImportFormat.RAW)
    refused("MAX_NOTEBOOK_SIZE_EXCEEDED", put, ann, folder + "/more", b"x" * 10_485_761, ImportFormat.RAW)


def test_content_may_come_as_a_form(ann, folder):
    ann.workspace.upload(folder + "/form.bin", bytes(range(256)), format=ImportFormat.RAW)
    assert ann.workspace.download(folder + "/form.bin").read() == bytes(range(256))


def test_the_command_line_clients_paths_take_and_give_the_body_as_it_is(workspace, folder):
    plain = Plain(workspace, workspace.tokens["ann"])
    path = f"{folder}/a%20b.txt"
    assert plain.ask("POST", f"/api/2.0/workspace-files/import-file{path}?overwrite=true", b"abc")[0] == 200
    assert plain.ask("POST", f"/api/2.0/workspace-files/import-file{path}", b"abc")[2]["error_code"] == "RESOURCE_ALREADY_EXISTS"
    assert plain.ask("GET", f"/api/2.0/workspace-files{path}")[::2] == (200, "abc")


def test_folders_are_made_at_once_and_deleted_with_what_is_in_them(ann, folder):
    ann.workspace.mkdirs(folder + "/a/b/c")
    ann.workspace.mkdirs(folder + "/a/b")
    put(ann, folder + "/a/b/c/n")
    refused("RESOURCE_ALREADY_EXISTS", ann.workspace.mkdirs, folder + "/a/b/c/n")
    refused("DIRECTORY_NOT_EMPTY", ann.workspace.delete, folder + "/a")
    ann.workspace.delete(folder + "/a", recursive=True)
    refused("RESOURCE_DOES_NOT_EXIST", ann.workspace.get_status, folder + "/a/b/c/n")
    refused("RESOURCE_DOES_NOT_EXIST", ann.workspace.delete, folder + "/a")
    ann.workspace.mkdirs(folder + "/empty")
    ann.workspace.delete(folder + "/empty")


@pytest.mark.parametrize("path", ["relative", "", "/Shared/../../etc/passwd", "/Shared/./x", "/" + "x" * 300,
                                  "/Shared/\0x"])
def test_a_path_cannot_leave_the_workspace(admin, path):
    for call in (admin.workspace.mkdirs, admin.workspace.get_status, admin.workspace.delete, admin.workspace.export):
        refused("INVALID_PARAMETER_VALUE", call, path)


def test_the_root_stays(admin):
    refused("INVALID_PARAMETER_VALUE", admin.workspace.delete, "/", recursive=True)
    assert {"/Shared", "/Users", "/Repos"} <= {entry.path for entry in admin.workspace.list("/")}
