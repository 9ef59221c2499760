"""Finding and loading libbrickwork.so.1, and its table as Python functions.

Looked for in this order; the first that is named or there is taken, and no other is tried when it does not load:

1. the path given to `load_library`, before anything else of this package is used;
2. the environment variable BRICKWORK_LIBRARY;
3. the library that came with this package (brickwork/lib/libbrickwork.so.1);
4. `libbrickwork.so.1` as the system's loader finds it: LD_LIBRARY_PATH, ld.so.cache, /usr/lib.
"""

from __future__ import annotations

import ctypes
import json
import os
import threading
from ctypes import byref, c_void_p, string_at
from pathlib import Path
from typing import Any

from brickwork import _abi
from brickwork.errors import BrickworkError, Status

NAME = "libbrickwork.so.1"
BUNDLED = Path(__file__).parent / "lib" / NAME


class Library:
    """The loaded library. There is one for the life of the process: it is never unloaded."""

    def __init__(self, path: str, table: Any):
        self.path = path
        # Taken out of the table once: each access through the struct would make a new function object.
        self.slots = {name: getattr(table, name) for name in _abi.SLOTS}
        self.abi = f"{table.abi_major}.{table.abi_minor}"

    def __getattr__(self, name: str) -> Any:
        try:
            found = self.__dict__["slots"][name]
        except KeyError:
            raise AttributeError(name) from None
        self.__dict__[name] = found
        return found

    def error(self, code: int, error: c_void_p | None = None) -> BrickworkError:
        """What a slot answered, as an exception; ends the library's error object."""
        if error is None or not error.value:
            return BrickworkError(code, {"message": self.status_name(code).decode()})
        try:
            text = _abi.BorrowedText()
            self.error_json(error, byref(text))
            return BrickworkError(code, json.loads(string_at(text.data, text.size)))
        finally:
            self.error_free(error)

    def info(self) -> dict[str, Any]:
        text = _abi.BorrowedText()
        self.slots["build_info"](byref(text))
        document: dict[str, Any] = json.loads(string_at(text.data, text.size))
        return document

    def call(self, client: int | None, number: int, body: bytes, timeout_ms: int) -> Any:
        """A verb from start to end on this thread; what cannot be interrupted, so only for pure verbs."""
        spec = _abi.OpSpec(ctypes.sizeof(_abi.OpSpec), number, 0, timeout_ms, _abi.Text(body, len(body)))
        answer, error = _abi.Bytes(), c_void_p()
        code = self.slots["call"](client, byref(spec), byref(answer), byref(error))
        if code != Status.OK:
            raise self.error(code, error)
        return json.loads(self.taken(answer))

    def taken(self, answer: _abi.Bytes) -> bytes:
        """A copy of a buffer of the library, which is wiped and given back."""
        try:
            return string_at(answer.data, answer.size)
        finally:
            self.bytes_free(byref(answer))


def load(path: str) -> Library:
    """The library at a path, or by a name for the system's loader."""
    try:
        loaded = ctypes.CDLL(path, mode=os.RTLD_NOW | os.RTLD_LOCAL)
    except OSError as reason:
        raise BrickworkError.of_shim(Status.UNAVAILABLE, f"cannot load {path}: {reason}; {WAY_OUT}") from None
    try:
        entry = loaded.bw_plugin_api
    except AttributeError:
        raise BrickworkError.of_shim(
            Status.UNIMPLEMENTED, f"{path} is not a Brickwork library, it has no bw_plugin_api; {WAY_OUT}"
        ) from None
    entry.restype, entry.argtypes = ctypes.POINTER(_abi.Table), [ctypes.c_uint32]
    table = entry(_abi.ABI_MAJOR)
    if not table:
        raise BrickworkError.of_shim(Status.UNIMPLEMENTED, f"{path} does not serve ABI {_abi.ABI_MAJOR}; {WAY_OUT}")
    found = table.contents
    if found.abi_major != _abi.ABI_MAJOR or found.struct_size < ctypes.sizeof(_abi.Table):
        raise BrickworkError.of_shim(
            Status.UNIMPLEMENTED,
            f"{path} serves ABI {found.abi_major}.{found.abi_minor} with a table of {found.struct_size} bytes; "
            f"this package needs {_abi.ABI_MAJOR}.0 and {ctypes.sizeof(_abi.Table)}; {WAY_OUT}",
        )
    return Library(path, found)


WAY_OUT = (
    "install the wheel of brickwork for this platform, which carries its library, or name a libbrickwork.so.1 "
    "of version 1.0 or later in BRICKWORK_LIBRARY"
)
_lock = threading.Lock()
_loaded: Library | None = None


def choose() -> str:
    named = os.environ.get("BRICKWORK_LIBRARY")
    if named:
        return named
    return str(BUNDLED) if BUNDLED.exists() else NAME


def load_library(path: str | os.PathLike[str] | None = None) -> Library:
    """The library of this process, loaded by the first call. A path must come before the first client.

    Raises:
        BrickworkError UNAVAILABLE: it is not there or does not load
        BrickworkError UNIMPLEMENTED: it is something else, or too old
        BrickworkError FAILED_PRECONDITION: another one was loaded before
    """
    global _loaded
    wanted = None if path is None else os.fspath(path)
    found = _loaded
    if found is None:
        with _lock:
            if _loaded is None:
                _loaded = load(wanted or choose())
            found = _loaded
    if wanted is not None and found.path != wanted:
        raise BrickworkError.of_shim(
            Status.FAILED_PRECONDITION, f"{found.path} is loaded already; call load_library before anything else"
        )
    return found


def build_info() -> dict[str, Any]:
    """What the library is: version, verbs, schemas ("build_info/1")."""
    return load_library().info()
