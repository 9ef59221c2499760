/* Where each released slot and field lies, for 64-bit hosts. A released line never changes; see check.py for the rest.
 */
#include "brickwork/plugin.h"

#ifdef __cplusplus
#define AT(type, field, bytes) static_assert(offsetof(type, field) == (bytes), #type "." #field " has moved")
#define FROZEN(type, bytes) static_assert(sizeof(type) == (bytes), #type " is frozen and has another size")
#define AT_LEAST(type, bytes) static_assert(sizeof(type) >= (bytes), #type " has shrunk")
#else
#define AT(type, field, bytes) _Static_assert(offsetof(type, field) == (bytes), #type "." #field " has moved")
#define FROZEN(type, bytes) _Static_assert(sizeof(type) == (bytes), #type " is frozen and has another size")
#define AT_LEAST(type, bytes) _Static_assert(sizeof(type) >= (bytes), #type " has shrunk")
#endif
#define SLOT(index, name) AT(bw_api, name, 8 + 8 * (index))

/* 1.0 */
FROZEN(bw_text, 16);
AT(bw_text, data, 0);
AT(bw_text, size, 8);
FROZEN(bw_bytes, 24);
AT(bw_bytes, data, 0);
AT(bw_bytes, size, 8);
AT(bw_bytes, owner, 16);
AT_LEAST(bw_open, 40);
AT(bw_open, struct_size, 0);
AT(bw_open, flags, 4);
AT(bw_open, config, 8);
AT(bw_open, log, 24);
AT(bw_open, log_data, 32);
AT_LEAST(bw_op_spec, 40);
AT(bw_op_spec, struct_size, 0);
AT(bw_op_spec, verb, 4);
AT(bw_op_spec, tag, 8);
AT(bw_op_spec, timeout_ms, 16);
AT(bw_op_spec, body, 24);
AT_LEAST(bw_event, 32);
AT(bw_event, op, 0);
AT(bw_event, tag, 8);
AT(bw_event, kind, 16);
AT(bw_event, status, 20);
AT(bw_event, at_ms, 24);
AT_LEAST(bw_api, 8 + 8 * 20);
AT(bw_api, struct_size, 0);
AT(bw_api, abi_major, 4);
AT(bw_api, abi_minor, 6);
SLOT(0, build_info);
SLOT(1, status_name);
SLOT(2, error_status);
SLOT(3, error_message);
SLOT(4, error_json);
SLOT(5, error_free);
SLOT(6, bytes_free);
SLOT(7, client_open);
SLOT(8, client_set_secret);
SLOT(9, client_event_fd);
SLOT(10, client_close);
SLOT(11, op_start);
SLOT(12, op_cancel);
SLOT(13, op_peek);
SLOT(14, op_take);
SLOT(15, op_drop);
SLOT(16, call);
SLOT(17, events_drain);
SLOT(18, events_wait);
SLOT(19, log_take);
