"""plugin.h for ctypes: its structs and its table, nothing else. Sizes and order are held to the header by a test."""

from __future__ import annotations

from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_int32,
    c_int64,
    c_size_t,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any

ABI_MAJOR = 1
EV_DONE, EV_PROGRESS, EV_SECRET, EV_LOG = 1, 2, 3, 4


class Text(Structure):
    """bw_text that we hand over; ctypes keeps the bytes alive as long as the struct."""

    _fields_ = [("data", c_char_p), ("size", c_size_t)]


class BorrowedText(Structure):
    """bw_text that the library owns. Not a c_char_p: that would end at the first NUL."""

    _fields_ = [("data", c_void_p), ("size", c_size_t)]


class Bytes(Structure):
    _fields_ = [("data", c_void_p), ("size", c_size_t), ("owner", c_void_p)]


class Open(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("flags", c_uint32),
        ("config", Text),
        ("log", c_void_p),
        ("log_data", c_void_p),
    ]


class OpSpec(Structure):
    _fields_ = [
        ("struct_size", c_uint32),
        ("verb", c_uint32),
        ("tag", c_uint64),
        ("timeout_ms", c_int64),
        ("body", Text),
    ]


class Event(Structure):
    _fields_ = [("op", c_uint64), ("tag", c_uint64), ("kind", c_uint32), ("status", c_int32), ("at_ms", c_int64)]


# Pointers to the library's objects are plain addresses. Every function lets go of the GIL: a call may wait for one of
# the library's locks, and other threads of Python need not wait with it.
CLIENT, ERROR = c_void_p, POINTER(c_void_p)
SLOTS: dict[str, Any] = {
    "build_info": CFUNCTYPE(None, POINTER(BorrowedText)),
    "status_name": CFUNCTYPE(c_char_p, c_int32),
    "error_status": CFUNCTYPE(c_int32, c_void_p),
    "error_message": CFUNCTYPE(None, c_void_p, POINTER(BorrowedText)),
    "error_json": CFUNCTYPE(None, c_void_p, POINTER(BorrowedText)),
    "error_free": CFUNCTYPE(None, c_void_p),
    "bytes_free": CFUNCTYPE(None, POINTER(Bytes)),
    "client_open": CFUNCTYPE(c_int32, POINTER(Open), POINTER(c_void_p), ERROR),
    "client_set_secret": CFUNCTYPE(c_int32, CLIENT, c_char_p, c_char_p, c_size_t, c_int64, ERROR),
    "client_event_fd": CFUNCTYPE(c_int32, CLIENT, POINTER(c_int32)),
    "client_close": CFUNCTYPE(None, CLIENT),
    "op_start": CFUNCTYPE(c_int32, CLIENT, POINTER(OpSpec), POINTER(c_uint64), ERROR),
    "op_cancel": CFUNCTYPE(c_int32, CLIENT, c_uint64),
    "op_peek": CFUNCTYPE(c_int32, CLIENT, c_uint64, POINTER(Bytes)),
    "op_take": CFUNCTYPE(c_int32, CLIENT, c_uint64, POINTER(Bytes), ERROR),
    "op_drop": CFUNCTYPE(c_int32, CLIENT, c_uint64),
    "call": CFUNCTYPE(c_int32, CLIENT, POINTER(OpSpec), POINTER(Bytes), ERROR),
    "events_drain": CFUNCTYPE(c_int32, CLIENT, POINTER(Event), c_size_t, c_size_t, POINTER(c_size_t)),
    "events_wait": CFUNCTYPE(c_int32, CLIENT, c_int64),
    "log_take": CFUNCTYPE(c_int32, CLIENT, POINTER(Bytes)),
}


class Table(Structure):
    """bw_api as far as 1.0 reaches; later slots are asked for by struct_size before they are used."""

    _fields_ = [
        ("struct_size", c_uint32),
        ("abi_major", c_uint16),
        ("abi_minor", c_uint16),
        *((name, prototype) for name, prototype in SLOTS.items()),
    ]
