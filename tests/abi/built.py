"""What was built, and the C ABI through ctypes: as little as a Python host needs."""

import ctypes
import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ABI = ROOT / "abi"
HEADER = ABI / "include/brickwork/plugin.h"
SCHEMAS = ABI / "schema"
BUILD = Path(os.environ.get("BRICKWORK_BIN", ROOT / "build/release/bin")).parent
LIBRARY = BUILD / "lib/libbrickwork.so"


class Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]

    def __str__(self):
        return ctypes.string_at(self.data, self.size).decode() if self.size else ""


class Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("owner", ctypes.c_void_p)]


class Open(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("flags", ctypes.c_uint32), ("config", Text),
                ("log", ctypes.c_void_p), ("log_data", ctypes.c_void_p)]


class Spec(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("verb", ctypes.c_uint32), ("tag", ctypes.c_uint64),
                ("timeout_ms", ctypes.c_int64), ("body", Text)]


def slot_names():
    """In the order of the table, from the lock: a slot cannot move."""
    lines = (ABI / "lock/slots.lock").read_text().splitlines()
    return [line.split()[1] for line in lines if line[0].isdigit()]


class Failure(Exception):
    def __init__(self, status, document):
        super().__init__(document.get("message", status))
        self.status = status
        self.document = document


def borrowed(text):
    raw = text.encode()
    keep = ctypes.create_string_buffer(raw, len(raw))
    return keep, Text(ctypes.cast(keep, ctypes.c_void_p), len(raw))


class Host:
    """The table of the library, and at most one client of it."""

    def __init__(self, library=LIBRARY, connection=None, token=None):
        self.loaded = ctypes.CDLL(str(library))
        self.loaded.bw_plugin_api.restype = ctypes.c_void_p
        self.table = self.loaded.bw_plugin_api(ctypes.c_uint32(1))
        self.slots = {name: ctypes.c_void_p.from_address(self.table + 8 + 8 * i).value
                      for i, name in enumerate(slot_names())}
        self.client = ctypes.c_void_p(None)
        if connection is not None:
            keep, text = borrowed(json.dumps(connection))
            opening = Open(ctypes.sizeof(Open), 0, text, None, None)
            error = ctypes.c_void_p()
            self._check(self._slot("client_open", ctypes.c_int32)(
                ctypes.byref(opening), ctypes.byref(self.client), ctypes.byref(error)), error)
        if token is not None:
            error = ctypes.c_void_p()
            self._check(self._slot("client_set_secret", ctypes.c_int32)(
                self.client, b"token", token.encode(), ctypes.c_size_t(len(token)), ctypes.c_int64(0),
                ctypes.byref(error)), error)
        self.verbs = {verb["name"]: verb["number"] for verb in self.build_info()["verbs"]}

    def close(self):
        self._slot("client_close", None)(self.client)
        self.client = ctypes.c_void_p(None)

    def build_info(self):
        text = Text()
        self._slot("build_info", None)(ctypes.byref(text))
        return json.loads(str(text))

    def call(self, verb, request, timeout_ms=60_000):
        keep, text = borrowed(json.dumps(request))
        spec = Spec(ctypes.sizeof(Spec), self.verbs[verb], 0, timeout_ms, text)
        answer, error = Bytes(), ctypes.c_void_p()
        self._check(self._slot("call", ctypes.c_int32)(self.client, ctypes.byref(spec), ctypes.byref(answer),
                                                       ctypes.byref(error)), error)
        document = json.loads(ctypes.string_at(answer.data, answer.size))
        self._slot("bytes_free", None)(ctypes.byref(answer))
        return document

    def _slot(self, name, result):
        return ctypes.CFUNCTYPE(result)(self.slots[name])

    def _check(self, status, error):
        if status == 0:
            return
        text = Text()
        self._slot("error_json", None)(error, ctypes.byref(text))
        document = json.loads(str(text))
        self._slot("error_free", None)(error)
        raise Failure(status, document)
