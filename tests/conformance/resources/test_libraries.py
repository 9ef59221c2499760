"""Libraries of clusters."""

import base64
import io
import time
import zipfile

import pytest
from databricks.sdk.service import compute
from databricks.sdk.service.workspace import ImportFormat
from http_client import Plain
from refusals import refused

VERSION = "16.4.x-scala2.12"


def wheel(version="1.0", text="one"):
    """A wheel with one module, made here."""
    data = io.BytesIO()
    info = f"brick_sample-{version}.dist-info/"
    with zipfile.ZipFile(data, "w") as file:
        file.writestr("brick_sample.py", f"TEXT = {text!r}\n")
        file.writestr(info + "METADATA", f"Metadata-Version: 2.1\nName: brick-sample\nVersion: {version}\n")
        file.writestr(info + "WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(info + "RECORD", f"brick_sample.py,,\n{info}METADATA,,\n{info}WHEEL,,\n{info}RECORD,,\n")
    return data.getvalue()


def put(client, path, data):
    client.workspace.mkdirs(path.rsplit("/", 1)[0])
    client.workspace.import_(path, content=base64.b64encode(data).decode(), format=ImportFormat.RAW, overwrite=True)


@pytest.fixture
def cluster(ann):
    created = ann.clusters.create(spark_version=VERSION, num_workers=0).result()
    yield created.cluster_id
    ann.clusters.permanent_delete(created.cluster_id)


def statuses(client, cluster_id):
    return {next(iter(each.library.as_dict())): each.status.value for each in client.libraries.cluster_status(cluster_id)}


def settled(client, cluster_id):
    """The statuses when nothing is under way any more."""
    deadline = time.monotonic() + 120
    while True:
        found = statuses(client, cluster_id)
        if not {"PENDING", "INSTALLING"} & set(found.values()):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def test_point_31_a_path_is_installed_once_until_the_restart(ann, cluster):
    put(ann, "/Shared/lib/brick_sample-1.0-py3-none-any.whl", wheel())
    library = compute.Library(whl="/Workspace/Shared/lib/brick_sample-1.0-py3-none-any.whl")
    ann.libraries.install(cluster, [library])
    assert settled(ann, cluster) == {"whl": "INSTALLED"}
    put(ann, "/Shared/lib/brick_sample-1.0-py3-none-any.whl", wheel(text="two"))
    ann.libraries.install(cluster, [library])
    assert settled(ann, cluster) == {"whl": "INSTALLED"}
    assert run(ann, cluster, "import brick_sample; print(brick_sample.TEXT)") == "one"
    ann.clusters.restart(cluster).result()
    assert settled(ann, cluster) == {"whl": "INSTALLED"}
    assert run(ann, cluster, "import brick_sample; print(brick_sample.TEXT)") == "two"


def run(client, cluster_id, text):
    context = client.command_execution.create(cluster_id=cluster_id, language=compute.Language.PYTHON).result()
    done = client.command_execution.execute(cluster_id=cluster_id, context_id=context.id, command=text,
                                            language=compute.Language.PYTHON).result()
    client.command_execution.destroy(cluster_id, context.id)
    return done.results.data if done.results.result_type == compute.ResultType.TEXT else done.results.summary


def test_requirements_and_what_the_interpreter_has(ann, cluster):
    put(ann, "/Shared/lib/brick_sample-1.0-py3-none-any.whl", wheel())
    put(ann, "/Shared/lib/requirements.txt", b"requests\n")
    ann.libraries.install(cluster, [compute.Library(requirements="/Workspace/Shared/lib/requirements.txt"),
                                    compute.Library(pypi=compute.PythonPyPiLibrary("requests"))])
    assert settled(ann, cluster) == {"requirements": "INSTALLED", "pypi": "INSTALLED"}


def test_a_jar_and_a_wheel_lie_where_databricks_has_them(ann, cluster):
    """Each kind of file from each kind of place."""
    jar = io.BytesIO()
    with zipfile.ZipFile(jar, "w") as file:
        file.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
    ann.dbfs.upload("/lib/sample.jar", io.BytesIO(jar.getvalue()), overwrite=True)
    ann.dbfs.upload("/lib/brick_sample-1.0-py3-none-any.whl", io.BytesIO(wheel(text="of dbfs")), overwrite=True)
    ann.libraries.install(cluster, [compute.Library(jar="dbfs:/lib/sample.jar"),
                                    compute.Library(whl="dbfs:/lib/brick_sample-1.0-py3-none-any.whl")])
    assert settled(ann, cluster) == {"jar": "INSTALLED", "whl": "INSTALLED"}
    assert run(ann, cluster, "import brick_sample; print(brick_sample.TEXT)") == "of dbfs"
    ann.libraries.install(cluster, [compute.Library(jar="dbfs:/lib/none.jar")])
    found = {each.library.jar: each.status.value for each in ann.libraries.cluster_status(cluster) if each.library.jar}
    deadline = time.monotonic() + 60
    while found["dbfs:/lib/none.jar"] in ("PENDING", "INSTALLING"):
        assert time.monotonic() < deadline, found
        found = {each.library.jar: each.status.value for each in ann.libraries.cluster_status(cluster) if each.library.jar}
    assert found == {"dbfs:/lib/sample.jar": "INSTALLED", "dbfs:/lib/none.jar": "FAILED"}


def artifact(repository, name, needs=""):
    """An artifact of a Maven repository that is a folder."""
    folder = repository / "sample" / name / "1.0"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / f"{name}-1.0.jar", "w") as file:
        file.writestr(f"{name}.txt", name)
    needed = f"<dependency><groupId>sample</groupId><artifactId>{needs}</artifactId><version>1.0</version></dependency>"
    (folder / f"{name}-1.0.pom").write_text(
        "<project><modelVersion>4.0.0</modelVersion><groupId>sample</groupId>"
        f"<artifactId>{name}</artifactId><version>1.0</version><dependencies>{needed if needs else ''}</dependencies></project>")


def test_maven_brings_what_it_needs_without_what_was_excluded(ann, cluster, tmp_path):
    artifact(tmp_path, "inner")
    artifact(tmp_path, "outer", needs="inner")
    artifact(tmp_path, "lonely", needs="nowhere")

    def maven(name, **more):
        return compute.Library(maven=compute.MavenLibrary(f"sample:{name}:1.0", repo=tmp_path.as_uri(), **more))

    ann.libraries.install(cluster, [maven("outer"), maven("lonely", exclusions=["sample:nowhere"])])
    assert settled(ann, cluster) == {"maven": "INSTALLED"}
    loaded = "spark.sparkContext._jvm.Thread.currentThread().getContextClassLoader().getResource"
    found = run(ann, cluster, f"print([{loaded}(name + '.txt') is not None for name in ('outer', 'inner', 'lonely')])")
    assert found == "[True, True, True]"


def test_a_failure_is_told_with_its_reason_and_spares_the_others(ann, cluster):
    ann.libraries.install(cluster, [compute.Library(whl="/Workspace/Shared/none-1.0-py3-none-any.whl"),
                                    compute.Library(pypi=compute.PythonPyPiLibrary("requests"))])
    assert settled(ann, cluster) == {"whl": "FAILED", "pypi": "INSTALLED"}
    failed = next(each for each in ann.libraries.cluster_status(cluster) if each.library.whl)
    assert "does not exist" in failed.messages[0]


def test_what_is_uninstalled_leaves_with_the_restart(ann, cluster):
    library = compute.Library(pypi=compute.PythonPyPiLibrary("requests"))
    ann.libraries.uninstall(cluster, [library])
    assert statuses(ann, cluster) == {}
    ann.libraries.install(cluster, [library])
    settled(ann, cluster)
    ann.libraries.uninstall(cluster, [library])
    assert statuses(ann, cluster) == {"pypi": "UNINSTALL_ON_RESTART"}
    ann.libraries.install(cluster, [library])
    assert settled(ann, cluster) == {"pypi": "INSTALLED"}
    ann.libraries.uninstall(cluster, [library])
    ann.clusters.restart(cluster).result()
    assert statuses(ann, cluster) == {}


def test_a_cluster_that_is_down_keeps_them_pending(ann, cluster):
    ann.clusters.delete(cluster).result()
    library = compute.Library(pypi=compute.PythonPyPiLibrary("requests"))
    ann.libraries.install(cluster, [library])
    assert statuses(ann, cluster) == {"pypi": "PENDING"}
    assert cluster in [each.cluster_id for each in ann.libraries.all_cluster_statuses()]
    ann.clusters.start(cluster).result()
    assert settled(ann, cluster) == {"pypi": "INSTALLED"}
    ann.clusters.delete(cluster).result()
    ann.libraries.uninstall(cluster, [library])
    assert statuses(ann, cluster) == {}


@pytest.mark.parametrize("library, code, words", [
    ({"egg": "dbfs:/x.egg"}, "FEATURE_DISABLED", "egg"), ({"cran": {"package": "x"}}, "FEATURE_DISABLED", "cran"),
    ({"npm": "x"}, "INVALID_PARAMETER_VALUE", "npm"), ({}, "INVALID_PARAMETER_VALUE", "exactly one"),
    ({"whl": "a", "jar": "b"}, "INVALID_PARAMETER_VALUE", "exactly one"), ({"whl": ""}, "INVALID_PARAMETER_VALUE", "whl"),
    ({"pypi": {}}, "INVALID_PARAMETER_VALUE", "pypi.package"), ({"pypi": "x"}, "MALFORMED_REQUEST", "pypi"),
    ({"maven": {"coordinates": "only"}}, "INVALID_PARAMETER_VALUE", "groupId:artifactId:version"),
    ({"jar": 5}, "MALFORMED_REQUEST", "jar"),
])
def test_what_cannot_be_installed_is_refused_at_once(workspace, ann, cluster, library, code, words):
    plain = Plain(workspace, workspace.tokens["ann"])
    good = {"pypi": {"package": "requests"}}
    status, _, error = plain.ask("POST", "/api/2.0/libraries/install", {"cluster_id": cluster, "libraries": [good, library]})
    assert (status, error["error_code"]) == (400, code) and words in error["message"]
    assert statuses(ann, cluster) == {}


def test_who_may_not_manage_the_cluster_installs_nothing(bob, cluster):
    library = compute.Library(pypi=compute.PythonPyPiLibrary("requests"))
    refused("PERMISSION_DENIED", bob.libraries.install, cluster, [library])
    refused("PERMISSION_DENIED", lambda: list(bob.libraries.cluster_status(cluster)))
    assert cluster not in [each.cluster_id for each in bob.libraries.all_cluster_statuses()]
