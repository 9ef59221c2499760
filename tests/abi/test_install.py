"""An installed tree is all that a host needs."""

import subprocess

import pytest

from built import BUILD, SCHEMAS

HOST = """
#include <brickwork/plugin.h>
#include <stdio.h>
int main(void) {
  const bw_api* api = bw_plugin_api(BW_ABI_MAJOR);
  bw_text info;
  if (api == 0 || api->abi_minor < BW_ABI_MINOR) return 1;
  api->build_info(&info);
  return info.size > 1000 ? 0 : 2;
}
"""


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=True, capture_output=True)
    return prefix


def test_holds_every_promised_file(prefix):
    for name in ["include/brickwork/plugin.h", "include/brickwork/brickwork.hpp", "lib/libbrickwork.so",
                 "lib/libbrickwork.so.1", "lib/pkgconfig/brickwork.pc", "lib/cmake/Brickwork/BrickworkConfig.cmake",
                 "bin/brickwork", "bin/brickwork-local"]:
        assert (prefix / name).exists(), name
    installed = {path.name: path.read_text() for path in (prefix / "share/brickwork/schema").iterdir()}
    assert installed == {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}


def test_builds_and_runs_a_host_by_pkg_config(prefix, tmp_path):
    (tmp_path / "host.c").write_text(HOST)
    environment = {"PKG_CONFIG_PATH": str(prefix / "lib/pkgconfig"), "PATH": "/usr/bin:/bin"}
    flags = subprocess.run(["pkg-config", "--cflags", "--libs", "brickwork"], env=environment, check=True,
                           capture_output=True, text=True).stdout.split()
    subprocess.run(["gcc", "-std=c89", tmp_path / "host.c", "-o", tmp_path / "host", *flags], check=True)
    subprocess.run([tmp_path / "host"], env={"LD_LIBRARY_PATH": str(prefix / "lib")}, check=True)


def test_builds_and_runs_a_host_by_cmake_also_after_the_tree_was_moved(prefix, tmp_path):
    moved = tmp_path / "elsewhere"
    subprocess.run(["cp", "-a", prefix, moved], check=True)
    (tmp_path / "host.c").write_text(HOST)
    (tmp_path / "CMakeLists.txt").write_text("""
        cmake_minimum_required(VERSION 3.25)
        project(host C)
        find_package(Brickwork 1.0 REQUIRED)
        add_executable(host host.c)
        target_link_libraries(host PRIVATE Brickwork::brickwork)
        file(WRITE "${CMAKE_BINARY_DIR}/found" "${Brickwork_LIBRARY} ${Brickwork_SCHEMA_DIR}")
        """)
    build = tmp_path / "build"
    subprocess.run(["cmake", "-S", tmp_path, "-B", build, f"-DCMAKE_PREFIX_PATH={moved}"], check=True,
                   capture_output=True)
    subprocess.run(["cmake", "--build", build], check=True, capture_output=True)
    subprocess.run([build / "host"], check=True)
    library, schemas = (build / "found").read_text().split()
    assert library == str(moved / "lib/libbrickwork.so.1")
    assert schemas == str(moved / "share/brickwork/schema")
