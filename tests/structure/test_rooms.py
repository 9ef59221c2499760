"""The house keeps its shape: includes point down the list of rooms, and every room says what it is for."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What a room may include from; it may always include its own files.
BELOW = {
    "engine": set(),
    "rest": {"engine"},
    "auth": {"rest", "engine"},
    "group": {"engine/status.h", "engine/json_pointer.h"},  # a pure room: neither network nor clock
    "runs": {"group", "rest", "engine"},
    "workspace": {"rest", "engine"},
    "boundary": {"group", "runs", "workspace", "auth", "rest", "engine", "brickwork/plugin.h"},
    "local": set(),  # knows the REST API, not the library
}
# The floors of runs/, each above those before it; its verbs stand on all of them.
FLOORS_OF_RUNS = ["wire", "state", "watch", "launch", "repair", "insight", "output"]
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
OURS = set(BELOW) | {"brickwork"}


def tracked(*patterns):
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
                             cwd=ROOT, check=True, capture_output=True, text=True)
    return [ROOT / line for line in listing.stdout.splitlines() if (ROOT / line).is_file()]


def upward_includes(path: Path, room: str):
    allowed = BELOW[room] | {room}
    for name in INCLUDE.findall(path.read_text()):
        top = name.split("/")[0]
        if top in OURS and top not in allowed and name not in allowed:
            yield name


@pytest.mark.parametrize("room", BELOW)
def test_a_room_includes_only_what_lies_below_it(room):
    found = {str(path.relative_to(ROOT)): list(upward_includes(path, room))
             for path in tracked(f"plugin/{room}/*.h", f"plugin/{room}/*.cc")}
    assert {path: names for path, names in found.items() if names} == {}


def test_the_floors_of_runs_stand_on_those_below():
    for height, floor in enumerate(FLOORS_OF_RUNS):
        below = set(FLOORS_OF_RUNS[:height + 1])
        for path in tracked(f"plugin/runs/{floor}/*"):
            upward = [name for name in INCLUDE.findall(path.read_text())
                      if name.startswith("runs/") and name.split("/")[1] not in below]
            assert upward == [], path


def test_the_check_of_includes_sees_an_upward_one(tmp_path):
    wrong = tmp_path / "wrong.h"
    wrong.write_text('#include "runs/verbs.h"\n#include "engine/status.h"\n')
    assert list(upward_includes(wrong, "rest")) == ["runs/verbs.h"]


def test_shims_know_the_abi_only():
    for path in tracked("shims/*.h", "shims/*.hpp", "shims/*.cc"):
        shim = ROOT / "shims" / path.relative_to(ROOT / "shims").parts[0]
        foreign = [name for name in INCLUDE.findall(path.read_text())
                   if name.split("/")[0] in BELOW and not (shim / name).is_file()]
        assert foreign == [], path


def test_the_python_shim_imports_itself_and_python_only():
    ours = {"brickwork", "generate", "hatchling"} | set(sys.stdlib_module_names)
    for path in tracked("shims/python/*.py"):
        text = path.read_text()
        imports = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = [name for node in imports for name in ([node.module] if isinstance(node, ast.ImportFrom) else
                                                       [each.name for each in node.names])]
        imported = {name.split(".")[0] for name in names}
        assert imported <= ours, f"{path}: {imported - ours}"
        assert not re.search(r"[\"'/]plugin/(?!\w*\.h)", text), path


def test_a_host_uses_the_public_names_of_its_shim():
    for path in tracked("shims/hosts/*.py"):
        nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {f"{node.module}.{each.name}" if isinstance(node, ast.ImportFrom) else each.name
                 for node in nodes for each in node.names}
        assert not {name for name in names if name.startswith("brickwork._")}, path


def test_the_python_shim_follows_schemas_and_verbs():
    done = subprocess.run([sys.executable, "-m", "generate", "--check"], cwd=ROOT / "shims/python", capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr + "in shims/python"


def test_only_the_boundary_includes_the_c_header():
    for path in tracked("plugin/*.h", "plugin/*.cc"):
        if "plugin/boundary/" not in path.as_posix():
            assert "brickwork/plugin.h" not in INCLUDE.findall(path.read_text()), path


def test_the_c_header_includes_nothing_of_the_library():
    header = ROOT / "abi/include/brickwork/plugin.h"
    assert set(INCLUDE.findall(header.read_text())) <= {"stddef.h", "stdint.h"}


def test_every_folder_of_code_has_a_readme_of_at_most_a_page():
    folders = {ROOT / "abi", ROOT / "tests", ROOT / "examples"}
    folders |= {path.parent for path in tracked("plugin/*/CMakeLists.txt", "shims/*/CMakeLists.txt")}
    for folder in sorted(folders):
        readme = folder / "README.md"
        assert readme.is_file(), f"{folder.relative_to(ROOT)} has no README.md"
        # The tables of rules and of kinds are read by tests and by users; they have a row for each.
        limit = 400 if folder == ROOT / "plugin/group" else 120
        assert len(readme.read_text().splitlines()) <= limit, f"{readme.relative_to(ROOT)} is longer than a page"


def test_the_tests_that_a_readme_names_are_there():
    files = tracked("tests/*.py")
    there = {path.stem for path in files} | {found for path in files for found in re.findall(r"def (test_\w+)", path.read_text())}
    for readme in tracked("*README.md"):
        named = {name for names in re.findall(r"`([^`\n]*)`", readme.read_text()) for name in re.findall(r"\btest_\w+\b(?!\*)", names)}
        assert named <= there, f"{readme.relative_to(ROOT)} names tests that are not there: {named - there}"


def test_files_do_one_thing():
    long = {str(path.relative_to(ROOT)): lines for path in tracked("*.h", "*.cc", "*.hpp", "*.py")
            if (lines := len(path.read_text().splitlines())) > 500
            and "; do not edit.\n" not in path.read_text()[:400]}  # what a program wrote follows its input
    assert long == {}


def test_nothing_names_a_machine_or_hides_unfinished_work():
    words = re.compile(r"\b(TODO|FIXME|XXX)\b|/work/|/root/|\.\./shared")
    allowed = {"tests/structure/test_rooms.py"}
    for path in tracked():
        name = str(path.relative_to(ROOT))
        if name in allowed or path.suffix in {".png", ".xml"}:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        assert not words.search(text), f"{name}: {words.search(text).group(0)}"
