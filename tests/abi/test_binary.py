"""The built library as the dynamic linker sees it."""

import os
import re
import subprocess

import pytest

from built import ABI, BUILD, LIBRARY

# The C and C++ runtimes, and the four that are still the system's own.
ALLOWED = {"libc", "libm", "libgcc_s", "libstdc++", "ld-linux-x86-64", "ld-linux-aarch64", "libcurl", "libcrypto", "libssl",
           "libboost_json"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def dynamic():
    return output("readelf", "-W", "-d", LIBRARY)


def test_exports_the_one_symbol_of_the_list_and_nothing_weak_or_unique():
    names = [line.split()[-2:] for line in output("nm", "-D", "--defined-only", LIBRARY).splitlines()]
    assert names == [["T", name] for name in (ABI / "lock/exports.txt").read_text().split()]


def test_stays_loaded_and_binds_everything_at_load(dynamic):
    flags = re.search(r"\(FLAGS_1\).*", dynamic).group(0)
    assert "NODELETE" in flags
    assert "NOW" in flags
    assert "SYMBOLIC" in dynamic
    assert "TEXTREL" not in dynamic
    assert "RUNPATH" not in dynamic
    assert "RPATH" not in dynamic


def test_is_named_after_the_major(dynamic):
    assert "soname: [libbrickwork.so.1]" in dynamic
    links = {LIBRARY.name: os.readlink(LIBRARY), "libbrickwork.so.1": os.readlink(BUILD / "lib/libbrickwork.so.1")}
    assert links == {"libbrickwork.so": "libbrickwork.so.1", "libbrickwork.so.1": "libbrickwork.so.1.0.0"}


def test_needs_only_what_is_written_down(dynamic):
    needed = re.findall(r"\(NEEDED\).*\[(.*?)\.so", dynamic)
    assert set(needed) <= ALLOWED


def test_its_pages_are_not_writable_and_executable_and_its_table_is_read_only():
    segments = output("readelf", "-W", "-l", LIBRARY)
    assert "GNU_RELRO" in segments
    assert not re.search(r"LOAD.*RWE", segments)
    stack = re.search(r"GNU_STACK.*", segments).group(0)
    assert "RWE" not in stack


def test_registers_nothing_that_runs_at_exit():
    """A destructor of a static or thread-local object of ours would run while another thread is still inside."""
    undefined = output("nm", "-D", "--undefined-only", LIBRARY)
    assert not re.search(r"\b(__cxa_atexit|__cxa_thread_atexit\w*|atexit|on_exit)\b", undefined)
