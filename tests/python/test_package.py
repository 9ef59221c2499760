"""The wheel, the library it finds, and what its sources must keep."""

import ctypes
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import brickwork
from brickwork import _abi, _library
from conftest import ROOT, SHIM, ended, group, python

HEADER = (ROOT / "abi/include/brickwork/plugin.h").read_text()
TRY = "import brickwork, sys\ntry: brickwork.build_info()\nexcept brickwork.BrickworkError as e: print(e.status.name, e)"


def tool(*command, folder=SHIM):
    return subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)


def test_the_wheel_is_for_every_python_of_this_platform():
    wheel, = (ROOT / "build/wheels").glob("brickwork-*.whl")
    version = re.search(r"project\(brickwork VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    assert re.fullmatch(rf"brickwork-{version}-py3-none-linux_\w+\.whl", wheel.name)
    names = zipfile.ZipFile(wheel).namelist()
    assert "brickwork/py.typed" in names
    assert "brickwork/lib/libbrickwork.so.1" in names
    schemas = {path.name for path in (ROOT / "abi/schema").glob("*.json")}
    assert {Path(name).name for name in names if name.startswith("brickwork/schema/")} == schemas
    assert brickwork.__version__ == version == brickwork.build_info()["version"]


def test_what_is_generated_is_what_abi_says():
    done = tool("generate", "--check")
    assert done.returncode == 0, done.stderr


def test_the_check_of_what_is_generated_sees_a_difference(tmp_path):
    import shutil
    for name in ("abi", "shims/python/generate", "shims/python/src"):
        shutil.copytree(ROOT / name, tmp_path / name)
    schema = tmp_path / "abi/schema/plan-1.json"
    schema.write_text(schema.read_text().replace('"drift"', '"drifted"'))
    done = tool("generate", "--check", folder=tmp_path / "shims/python")
    assert done.returncode == 1
    assert "documents/plan.py" in done.stderr


@pytest.mark.skipif(sys.version_info < (3, 11), reason="one interpreter checks the sources for all")
def test_types_and_style():
    for command in (("mypy",), ("ruff", "check", "."), ("ruff", "format", "--check", "-q", *FORMATTED)):
        done = tool(*command)
        assert done.returncode == 0, done.stdout + done.stderr


FORMATTED = [str(path.relative_to(SHIM)) for path in [*SHIM.glob("src/brickwork/*.py"), *SHIM.glob("src/brickwork/documents/_*.py"),
                                                      SHIM / "hatch_build.py"] if path.name != "__init__.py"]


def test_types_of_users_are_seen(tmp_path):
    """The installed package is typed: a program with a wrong type is told so."""
    program = tmp_path / "program.py"
    program.write_text("import brickwork\nclient = brickwork.Client()\nx: int = client.run.get(1).verdict\n"
                       "async def f(c: brickwork.AsyncClient) -> str:\n"
                       "    async for state in c.run.watch(1):\n        print(state.finished)\n"
                       "    return (await c.run.watch(1)).run.life_cycle_state\n")
    done = tool("mypy", "--strict", "--python-executable", sys.executable, str(program), folder=tmp_path)
    assert done.stdout.count("error:") == 1, done.stdout
    assert "program.py:3: error: Incompatible types" in done.stdout


# ---- the binding against the header

def test_slots_stand_where_the_lock_has_them():
    lines = (ROOT / "abi/lock/slots.lock").read_text().splitlines()
    slots = [line.split()[1] for line in lines if line[:1].isdigit()]
    assert list(_abi.SLOTS) == slots[:len(_abi.SLOTS)]


@pytest.mark.parametrize(("struct", "name"), [(_abi.Open, "bw_open"), (_abi.OpSpec, "bw_op_spec"), (_abi.Event, "bw_event"),
                                              (_abi.Text, "bw_text"), (_abi.Bytes, "bw_bytes")])
def test_structs_have_the_members_of_the_header(struct, name):
    body = re.search(rf"typedef struct {name} {{(.*?)}} {name};", HEADER, re.DOTALL).group(1)
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    members = re.findall(r"(\w+)(?:\)\([^;]*)?;", body)
    assert [member for member, _ in struct._fields_] == members


@pytest.mark.parametrize("status", brickwork.Status)
def test_statuses_have_the_numbers_of_the_header(status):
    assert re.search(rf"^#define BW_{status.name} {int(status)} ", HEADER, re.MULTILINE)


def test_every_verb_of_the_library_is_a_method():
    with brickwork.Client(host="http://127.0.0.1:9", environment=False) as client:
        for verb in brickwork.build_info()["verbs"]:
            found = client
            for name in verb["name"].split("."):
                found = getattr(found, name, None) or getattr(found, name + "_")
            assert callable(found)
            assert found.__doc__


# ---- which library

def test_the_library_of_the_wheel_is_taken_first():
    assert Path(brickwork.load_library().path) == _library.BUNDLED
    assert ctypes.sizeof(_abi.Table) == 8 + 8 * len(_abi.SLOTS)


def test_the_environment_names_another(tmp_path):
    code, out, _ = ended(python(TRY, env={**os.environ, "BRICKWORK_LIBRARY": str(tmp_path / "none.so")}))
    assert code == 0
    assert out.startswith("UNAVAILABLE") and "none.so" in out and "BRICKWORK_LIBRARY" in out


def test_something_else_is_refused_with_the_way_out():
    libc = ctypes.util.find_library("c") if hasattr(ctypes, "util") else "libc.so.6"
    code, out, _ = ended(python(TRY, env={**os.environ, "BRICKWORK_LIBRARY": libc or "libc.so.6"}))
    assert code == 0
    assert out.startswith("UNIMPLEMENTED") and "not a Brickwork library" in out and "install the wheel" in out


@pytest.mark.parametrize(("body", "says"), [
    ("return 0;", "does not serve ABI 1"),
    ("static struct { unsigned size; unsigned short major, minor; void* slots[3]; } t = {32, 1, 0, {0}}; return &t;", "ABI 1.0 with a table"),
    ("static struct { unsigned size; unsigned short major, minor; void* slots[99]; } t = {800, 2, 0, {0}}; return &t;", "ABI 2.0")])
def test_an_older_or_newer_library_is_refused_with_both_versions(tmp_path, body, says):
    (tmp_path / "old.c").write_text(f"const void* bw_plugin_api(unsigned major) {{ {body} }}")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "old.so", tmp_path / "old.c"], check=True)
    code, out, _ = ended(python(TRY, env={**os.environ, "BRICKWORK_LIBRARY": str(tmp_path / "old.so")}))
    assert code == 0
    assert out.startswith("UNIMPLEMENTED") and says in out and "BRICKWORK_LIBRARY" in out


def test_a_second_library_is_refused(tmp_path):
    with pytest.raises(brickwork.BrickworkError, match="loaded already"):
        brickwork.load_library(tmp_path / "other.so")


def test_importing_loads_nothing_and_is_quick_about_it():
    code, out, err = ended(python(
        "import sys; import brickwork; print('asyncio.sslproto' in sys.modules, 'importlib.metadata' in sys.modules, "
        "'brickwork' in open('/proc/self/maps').read())"))
    assert (code, out.split()[1:], err) == (0, ["False", "False"], "")


# ---- what the documents show

def test_the_example_of_the_readme_runs(workspace, tmp_path):
    example = re.search(r"```python\n(.*?)```", (SHIM / "README.md").read_text(), re.DOTALL).group(1)
    assert len(example.strip().splitlines()) <= 12
    (tmp_path / "group.json").write_text(json.dumps(group("readme", a="good", b="missing")))
    environment = {**os.environ, "DATABRICKS_HOST": workspace.url, "DATABRICKS_TOKEN": workspace.token}
    code, out, err = ended(python(example, cwd=tmp_path, env=environment))
    assert code == 0, err
    assert "succeeded" in out


def test_the_example_folder_runs(workspace):
    environment = {**os.environ, "DATABRICKS_HOST": workspace.url, "DATABRICKS_TOKEN": workspace.token}
    code, out, err = ended(python((ROOT / "examples/python/many_runs.py").read_text(), "3", env=environment))
    assert code == 0, err
    assert out.splitlines()[-1] == "3 of 3 runs succeeded"
