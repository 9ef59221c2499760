"""plugin.h as compilers and readers meet it."""

import re
import subprocess

import pytest

from built import ABI, HEADER

TEXT = HEADER.read_text()
WARNINGS = ["-pedantic", "-Wall", "-Wextra", "-Werror"]
PROGRAM = '#include "brickwork/plugin.h"\n#include "brickwork/plugin.h"\n{} return BW_ABI_MAJOR == 1u ? 0 : 1; }}\n'


def compile_text(text, *arguments):
    return subprocess.run([*arguments, f"-I{ABI}/include", "-fsyntax-only", "-"], input=text, text=True,
                          capture_output=True, check=False)


@pytest.mark.parametrize("standard", ["c89", "c90", "c99", "c11", "c17"])
def test_is_c_of_every_age_without_a_warning(standard):
    done = compile_text(PROGRAM.format("int main(void) {"), "gcc", "-x", "c", f"-std={standard}", "-Wc++-compat",
                        "-Wstrict-prototypes", *WARNINGS)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("standard", ["c++98", "c++11", "c++14", "c++17", "c++20"])
def test_is_cpp_of_every_age_without_a_warning(standard):
    done = compile_text(PROGRAM.format("int main() {"), "g++", "-x", "c++", f"-std={standard}", *WARNINGS)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("standard", ["c99", "c++98"])
def test_has_no_holes_between_its_fields(standard):
    language = "c++" if "+" in standard else "c"
    done = compile_text(PROGRAM.format("int main(void) {"), "gcc", "-x", language, f"-std={standard}", "-Wpadded",
                        "-Werror")
    assert done.returncode == 0, done.stderr


def test_the_check_sees_a_header_that_is_not_c89():
    done = compile_text("// c99\nint main(void) { return 0; }\n", "gcc", "-x", "c", "-std=c89", *WARNINGS)
    assert done.returncode != 0


def blocks():
    """(name, comment) of each slot and of the entry point: the comment is the one that ends before it."""
    table = TEXT[TEXT.index("typedef struct bw_api {"):]
    for match in re.finditer(r"/\*((?:[^*]|\*(?!/))*)\*/\s*(?:const )?[\w ]+\*?\s*\(\*(\w+)\)\(", table):
        yield match.group(2), match.group(1)
    yield "bw_plugin_api", re.search(r"The one exported symbol.*?\*/", TEXT, re.DOTALL).group(0)


BLOCKS = dict(blocks())


def test_every_slot_has_a_block():
    table = re.search(r"typedef struct bw_api \{(.*?)\} bw_api;", TEXT, re.DOTALL).group(1)
    table = re.sub(r"/\*.*?\*/", "", table, flags=re.DOTALL)
    assert set(re.findall(r"\(\*(\w+)\)\(", table)) | {"bw_plugin_api"} == set(BLOCKS)


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_says_whether_it_blocks_on_which_threads_and_since_when(name):
    block = BLOCKS[name]
    assert "blocking: " in block
    assert "threads: " in block
    assert re.search(r"since \d+\.\d+", block)


def signature(name):
    return re.search(rf"[^;/]*\(\*{name}\)\(([^;]*)\);", TEXT).group(0)


@pytest.mark.parametrize("name", [name for name in BLOCKS if name != "bw_plugin_api"])
def test_a_block_names_the_statuses_owners_and_units_that_its_signature_calls_for(name):
    block, line = BLOCKS[name], signature(name)
    if "bw_status (" in line.replace("bw_status(", "bw_status (") and name != "error_status":
        assert "returns: " in block
    if re.search(r"bw_bytes ?\* ?(json|lines)|bw_client ?\*\*|bw_text ?\* ?(json|message)", line):
        assert "owner: " in block
    assert re.search(r"_ms\b", line) is None or re.search(r"timeout_ms|expires_at_ms", block)


@pytest.mark.parametrize("name", re.findall(r"^#define (BW_(?!ABI|PLUGIN|HAS)\w+) ", TEXT, re.MULTILINE))
def test_every_number_says_what_it_means_and_since_when(name):
    line = re.search(rf"^#define {name} \d+u?\s*/\* since \d+\.\d+: (.+?) \*/$", TEXT, re.MULTILINE)
    assert line, f"{name} has no comment of the form /* since 1.0: ... */"
    assert len(line.group(1)) > 3


@pytest.mark.parametrize("name", re.findall(r"^typedef struct (\w+) \{", TEXT, re.MULTILINE))
def test_every_struct_says_since_when(name):
    comment = TEXT[:TEXT.index(f"typedef struct {name} {{")].rstrip()
    comment = comment[comment.rindex("/*"):]
    assert "since" in comment or name == "bw_api"


def test_signatures_hold_only_what_every_foreign_function_interface_can_pass():
    table = re.search(r"typedef struct bw_api \{(.*?)\} bw_api;", TEXT, re.DOTALL).group(1)
    table = re.sub(r"/\*.*?\*/", "", table, flags=re.DOTALL)
    for arguments in re.findall(r"\(\*\w+\)\((.*?)\);", table, re.DOTALL):
        assert "..." not in arguments
        assert len(arguments.split(",")) <= 6
        for argument in arguments.split(","):
            kind = " ".join(argument.split()).removeprefix("const ")
            assert "*" in kind or re.match(r"(u?int\d+_t|size_t|bw_status) \w+$", kind), argument


def test_is_about_350_lines_half_of_them_contract():
    lines = TEXT.splitlines()
    code = [line for line in re.sub(r"/\*.*?\*/", "", TEXT, flags=re.DOTALL).splitlines() if line.strip()]
    assert 250 <= len(lines) <= 400
    assert len(code) < 0.6 * len(lines)
