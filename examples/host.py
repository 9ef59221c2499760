"""A task group from Python in ten lines of ctypes: host.py LIBRARY GROUP, with DATABRICKS_HOST and DATABRICKS_TOKEN set."""
import ctypes, json, struct, sys

library = ctypes.CDLL(sys.argv[1])
library.bw_plugin_api.restype = ctypes.POINTER(ctypes.c_void_p)
table = library.bw_plugin_api(1)  # slots stand behind 8 bytes of size and version
slot = lambda number, arguments: ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * arguments)(table[1 + number])
body = b'{"group":%s}' % open(sys.argv[2], "rb").read()
client, answer = ctypes.c_void_p(), (ctypes.c_size_t * 3)()
slot(7, 3)(struct.pack("IIQQQQ", 40, 0, 0, 0, 0, 0), ctypes.byref(client), None)  # client_open
spec = struct.pack("IIQqPN", 40, 104, 0, -1, ctypes.cast(body, ctypes.c_void_p).value, len(body))  # BW_GROUP_RUN
status = slot(16, 4)(client, spec, answer, None)  # call: to the end of the run; Python's other threads go on
print(json.loads(ctypes.string_at(answer[0]))["state"]["verdict"] if status == 0 else f"status {status}")
