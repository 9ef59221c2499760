"""What 1.0 promised cannot be taken back: each kind of change to a released line is seen."""

import importlib.util
import re
import shutil
import subprocess

import pytest

from built import ABI, HEADER, LIBRARY

LOCK = (ABI / "lock/slots.lock").read_text()
TEXT = HEADER.read_text()

spec = importlib.util.spec_from_file_location("check", ABI / "lock/check.py")
check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check)


def changed(pattern, replacement):
    text, count = re.subn(pattern, replacement, TEXT, count=1)
    assert count == 1, pattern
    return text


def test_the_header_is_what_was_released():
    done = subprocess.run([ABI / "lock/check.py"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_lock_names_every_slot_in_order():
    numbers = [int(line.split()[0]) for line in LOCK.splitlines() if line[0].isdigit()]
    assert numbers == list(range(20))


def swapped_slots():
    cancel = re.search(r"  bw_status \(\*op_cancel\)\(.*?\);\n", TEXT).group(0)
    drop = re.search(r"  bw_status \(\*op_drop\)\(.*?\);\n", TEXT).group(0)
    return TEXT.replace(cancel, "\0").replace(drop, cancel).replace("\0", drop)


@pytest.mark.parametrize("header", [
    pytest.param(swapped_slots(), id="two slots of the same signature swapped"),
    pytest.param(changed(r"int64_t timeout_ms\);", "int32_t timeout_ms);"), id="an argument with another type"),
    pytest.param(changed(r"  bw_status \(\*op_drop\)\(.*?\);\n", ""), id="a slot removed"),
    pytest.param(changed(r"\(\*op_drop\)", "(*op_forget)"), id="a slot renamed"),
    pytest.param(changed(r"#define BW_RUN_GET 202u", "#define BW_RUN_GET 212u"), id="a verb with another number"),
    pytest.param(changed(r"#define BW_FORKED 65 .*\n", ""), id="a status removed"),
    pytest.param(changed(r"  bw_status \(\*op_start\)", "  bw_status (*added)(void);\n  bw_status (*op_start)"),
                 id="a slot added in the middle"),
])
def test_a_change_to_a_released_line_is_refused(header):
    wrong, _ = check.differences(header, LOCK)
    assert wrong


def test_a_slot_added_at_the_end_is_welcome_and_asks_to_be_locked():
    header = changed(r"  /\* New slots only below this line", "  /* since 1.1 */\n  void (*added)(void);\n  /* New")
    wrong, new = check.differences(header, LOCK)
    assert wrong == []
    assert new == ["20 added void(void) 1.1"]


@pytest.mark.parametrize("compiler", [["gcc", "-std=c11"], ["g++", "-x", "c++", "-std=c++20"]])
def test_every_released_slot_and_field_stands_at_its_offset(compiler):
    subprocess.run([*compiler, "-pedantic", "-Wall", "-Werror", f"-I{ABI}/include", "-fsyntax-only",
                    ABI / "lock/offsets.c"], check=True)


def test_an_offset_that_moved_is_refused(tmp_path):
    (tmp_path / "brickwork").mkdir()
    (tmp_path / "brickwork/plugin.h").write_text(changed(r"  uint32_t flags;.*\n", "  uint64_t flags;\n"))
    done = subprocess.run(["gcc", "-std=c11", f"-I{tmp_path}", "-fsyntax-only", ABI / "lock/offsets.c"],
                          capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "bw_open.config has moved" in done.stderr


def test_every_slot_of_the_lock_has_its_offset_assert():
    offsets = (ABI / "lock/offsets.c").read_text()
    for line in LOCK.splitlines():
        if line[0].isdigit():
            index, name = line.split()[:2]
            assert f"SLOT({index}, {name});" in offsets


BASELINE = ABI / "lock/libbrickwork-1.0.abi"
needs_abidiff = pytest.mark.skipif(shutil.which("abidiff") is None, reason="abidiff (abigail-tools) is not installed")


def abidiff(baseline):
    return subprocess.run(["abidiff", "--headers-dir1", ABI / "include", "--headers-dir2", ABI / "include",
                           "--exported-interfaces-only", baseline, LIBRARY], capture_output=True, text=True, check=False)


@needs_abidiff
def test_abidiff_finds_no_difference_to_the_baseline():
    done = abidiff(BASELINE)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_abidiff
def test_abidiff_sees_a_slot_with_another_signature(tmp_path):
    text = BASELINE.read_text()
    types = dict(re.findall(r"<var-decl name='(op_drop|op_peek)' type-id='(type-id-\d+)'", text))
    other = text.replace(f"name='op_drop' type-id='{types['op_drop']}'", f"name='op_drop' type-id='{types['op_peek']}'")
    assert other != text
    (tmp_path / "other.abi").write_text(other)
    assert abidiff(tmp_path / "other.abi").returncode != 0
