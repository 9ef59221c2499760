/* SPDX-License-Identifier: Apache-2.0
 *
 * Brickwork's C ABI, version 1.0. This is all that a host compiles against; it includes nothing of the library.
 *
 *   const bw_api *(*entry)(uint32_t) = dlsym(dlopen("libbrickwork.so.1", RTLD_NOW | RTLD_LOCAL), "bw_plugin_api");
 *   const bw_api *bw = entry(BW_ABI_MAJOR);      NULL: the library serves another major
 *   bw->client_open(...)                         one client for each workspace and user
 *   bw->call(...)                                a host without a loop: one verb, start to end
 *   bw->op_start(...), poll the fd, events_drain, op_take    a host with a loop: no thread, no callback
 *
 * Rules that hold for every slot of the table, said once:
 *   - Any thread may call, at any time, unless the slot says otherwise. Nothing is kept for a thread.
 *   - Text is UTF-8. Documents are JSON; their schemas are in build_info. Members that are not known are passed on.
 *   - What goes in is copied before the call returns. What comes out is owned by who the slot names.
 *   - When a slot fails, its out-parameters are left as they were, except `error`, which may always be NULL. When it
 *     is not and the status is neither BW_OK nor BW_PENDING, *error is set to an object that error_free ends.
 *   - Each slot that takes a client may return BW_FORKED: the client belongs to the process that forked this one.
 *     Nothing was touched. Open a new client; client_close the old one here only to give its fds back.
 *   - Each slot that takes a client returns BW_INVALID_ARGUMENT for a NULL client, and whenever a pointer it must
 *     write through is NULL. A client that was closed is gone: using it is undefined, as after free().
 *   - No exception, signal handler or symbol of the library reaches the host. Out of memory is
 *     BW_RESOURCE_EXHAUSTED; a fault of the library is BW_INTERNAL. Both leave client and operations usable.
 *   - Input structs begin with struct_size, set to sizeof: smaller than the library's (from a host built earlier) means
 *     the missing fields are zero, and zero always means "as before". Larger (from a host built later) is accepted if
 *     every byte the library does not know is zero, otherwise BW_UNIMPLEMENTED. Smaller than in 1.0 or above 4096 is
 *     BW_INVALID_ARGUMENT.
 *   - Later minors only add: slots and fields at the end, verbs, statuses, event kinds, JSON members. Ignore kinds and
 *     members you do not know; treat an unknown status below 64 by its gRPC meaning, any other as BW_INTERNAL.
 */
#ifndef BW_PLUGIN_H
#define BW_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BW_ABI_MAJOR 1u
#define BW_ABI_MINOR 4u

/* Status of a call or an operation. 0 to 16 are gRPC's numbers, ours begin at 64. A retired number is never reused. */
typedef int32_t bw_status;
#define BW_OK 0                  /* since 1.0: done */
#define BW_CANCELLED 1           /* since 1.0: op_cancel, or the client was closed */
#define BW_UNKNOWN 2             /* since 1.0: the workspace failed without saying why; see error_json */
#define BW_INVALID_ARGUMENT 3    /* since 1.0: fix the document at `pointer`, or the call; a repeat fails again */
#define BW_DEADLINE_EXCEEDED 4   /* since 1.0: timeout_ms passed; a run that was started goes on */
#define BW_NOT_FOUND 5           /* since 1.0: no such operation id here, or no such run, job, path there */
#define BW_ALREADY_EXISTS 6      /* since 1.0: the thing to be made is there */
#define BW_PERMISSION_DENIED 7   /* since 1.0: the user may not; ask who administers the workspace */
#define BW_RESOURCE_EXHAUSTED 8  /* since 1.0: out of memory, too many operations, a quota; see retry_after_ms */
#define BW_FAILED_PRECONDITION 9 /* since 1.0: not in this state, such as a repair of a run that still runs */
#define BW_ABORTED 10            /* since 1.0: somebody else changed it at the same moment; ask again, then decide */
#define BW_OUT_OF_RANGE 11       /* since 1.0: past the end of what there is */
#define BW_UNIMPLEMENTED 12      /* since 1.0: an unknown verb, or an unknown field that is not zero; newer library */
#define BW_INTERNAL 13           /* since 1.0: a fault of the library or of Databricks; report it with the request id */
#define BW_UNAVAILABLE 14        /* since 1.0: no connection or the workspace is down; retrying later is safe */
#define BW_DATA_LOSS 15          /* since 1.0: an answer arrived damaged or cut off */
#define BW_UNAUTHENTICATED 16    /* since 1.0: no credential, or it was refused; client_set_secret, then again */
#define BW_PENDING 64            /* since 1.0: the operation is not finished; wait for its BW_EV_DONE */
#define BW_FORKED 65             /* since 1.0: this client belongs to another process; open one here */

typedef struct bw_client bw_client; /* one workspace as one user; client_open .. client_close */
typedef struct bw_error bw_error;   /* what went wrong in one call; any call .. error_free; outlives its client */

/* Text that somebody else owns; not NUL-terminated unless said. Frozen for ever. since 1.0 */
typedef struct bw_text {
  const char* data;
  size_t size; /* bytes */
} bw_text;

/* A buffer of the library that the host owns until bytes_free. Frozen for ever. since 1.0 */
typedef struct bw_bytes {
  const char* data; /* NUL-terminated behind size, for debuggers */
  size_t size;      /* bytes, without that NUL */
  void* owner;      /* the library's; leave it */
} bw_bytes;

/* What client_open needs. Zero it, set struct_size. since 1.0 */
typedef struct bw_open {
  uint32_t struct_size;
  uint32_t flags; /* 0 in 1.0 */
  bw_text config; /* "connection/1" without secrets; empty: the environment and .databrickscfg say it all */
  /* NULL: log lines wait in a ring of 1,000 for log_take. Otherwise called with each line, NUL-terminated behind size,
   * on the library's thread or a calling one, one call at a time: it must not block nor call the library, and is never
   * called after client_close has returned. level: 1 error, 2 warning, 3 information, 4 each request. */
  void (*log)(void* log_data, int32_t level, const char* line, size_t size);
  void* log_data; /* handed back to log */
} bw_open;

/* One operation. Zero it, set struct_size. since 1.0 */
typedef struct bw_op_spec {
  uint32_t struct_size;
  uint32_t verb;      /* BW_GROUP_LINT ... */
  uint64_t tag;       /* the host's own value, echoed in every event of the operation */
  int64_t timeout_ms; /* whole operation with all retries; 0: timeouts.operation_ms of the connection, -1: no limit */
  bw_text body;       /* the verb's request document, at most 32 MiB; empty: {} */
} bw_op_spec;

/* What happened, written by events_drain. Grows at its end; the host walks with its own sizeof. since 1.0 */
typedef struct bw_event {
  uint64_t op;    /* 0 when the event is about the client */
  uint64_t tag;   /* of the operation; 0 when the event is about the client */
  uint32_t kind;  /* BW_EV_DONE ... */
  int32_t status; /* BW_EV_DONE: how the operation ended; otherwise BW_OK */
  int64_t at_ms;  /* when, Unix time in milliseconds */
} bw_event;

#define BW_EV_DONE 1u     /* since 1.0: the operation is over: op_take it. Exactly one for each op_start that was OK */
#define BW_EV_PROGRESS 2u /* since 1.0: op_peek gives the latest; at most one of these waits for each operation */
#define BW_EV_SECRET 3u   /* since 1.0: the client's credential ran out or was refused: client_set_secret */
#define BW_EV_LOG 4u      /* since 1.0: log_take has lines; at most one of these waits */

/* Verbs: what an operation does. Request and response schemas are named in build_info as "<name>-request/1" and
 * "<name>-response/1". A new capability is a new number here; an older library answers BW_UNIMPLEMENTED.
 * Cancelling a verb that watches stops the watching, never the run: BW_RUN_CANCEL stops the run.
 * With a timeout_ms of 0 and no timeouts.operation_ms, verbs that watch have no limit, the others 300,000 ms. */
#define BW_GROUP_LINT 101u        /* since 1.0: every finding of a group document; pure: needs no client */
#define BW_GROUP_COMPILE 102u     /* since 1.0: a group as Databricks job settings; pure: needs no client */
#define BW_GROUP_LAUNCH 103u      /* since 1.0: find or make the job, start one run for each launch key */
#define BW_GROUP_RUN 104u         /* since 1.0: launch, watch, and repair as the group's policy says; watches */
#define BW_GROUP_IMPORT 105u      /* since 1.1: the settings of a job as a group that compiles to them; pure */
#define BW_RUN_ATTACH 201u        /* since 1.0: the handle of a run known by id, run page URL or launch key */
#define BW_RUN_GET 202u           /* since 1.0: the state of a run, now */
#define BW_RUN_WATCH 203u         /* since 1.0: follow a run, or one task of it, to its end; watches */
#define BW_RUN_OUTPUT 204u        /* since 1.0: exit values, logs, errors and traces of tasks */
#define BW_RUN_CANCEL 205u        /* since 1.0: stop a run or tasks of it; with "wait" it watches until they have */
#define BW_RUN_REPAIR_PLAN 206u   /* since 1.0: what a repair would run again, and why; changes nothing */
#define BW_RUN_REPAIR 207u        /* since 1.0: run again what failed, or the named tasks, inside the same run */
#define BW_RUN_TRACE 208u         /* since 1.2: a run as OpenTelemetry spans or as OpenLineage events */
#define BW_RUN_NOTIFY 209u        /* since 1.3: the body of a webhook; whoever watches its run looks at once */
#define BW_RUN_SWEEP 210u         /* since 1.3: cancel the runs whose launchers died; "wait" watches their leases */
#define BW_NOTEBOOK_RUN 301u      /* since 1.0: one notebook without a saved job, to its end; watches */
#define BW_AUTH_CHECK 801u        /* since 1.0: who the workspace takes us for, and where settings came from */
#define BW_AUTH_HEADERS 802u      /* since 1.4: the headers of the host's own requests; holds the credential */
#define BW_AUTH_U2M_URL 803u      /* since 1.4: where a browser logs its user in */
#define BW_AUTH_U2M_EXCHANGE 804u /* since 1.4: what the browser brought back becomes the client's login */
#define BW_AUTH_SESSION_INFO 805u /* since 1.4: with what a host opens Databricks Connect; holds the credential */
#define BW_AUTH_CREATE_APP 806u   /* since 1.4: an OAuth application of the account, for logins in a browser */
#define BW_REST 901u              /* since 1.0: any endpoint: one request done well */

/* The table. Each slot is never NULL. Before a slot later than the minor you need at least, ask BW_HAS_SLOT. */
typedef struct bw_api {
  uint32_t struct_size; /* bytes of this table as the library knows it */
  uint16_t abi_major;
  uint16_t abi_minor;

  /* ---- the library itself ---------------------------------------------------------------------------------- */

  /* What this library is: JSON with version, abi, verbs (number, name, request, response, pure), schemas by name,
   * and the versions of what it is built on.
   * blocking: no | threads: any | owner: the library, for the life of the process
   * since 1.0 */
  void (*build_info)(bw_text* json);

  /* The name of a status, such as "NOT_FOUND"; "UNKNOWN_STATUS" for numbers it does not know. Never NULL.
   * blocking: no | threads: any | owner: the library, for the life of the process
   * since 1.0 */
  const char* (*status_name)(bw_status status);

  /* ---- errors and buffers ---------------------------------------------------------------------------------- */

  /* The status the error was returned with; BW_OK for NULL.
   * blocking: no | threads: any
   * since 1.0 */
  bw_status (*error_status)(const bw_error* error);

  /* One sentence for people, with the way out. Never a secret. Empty for NULL. NUL-terminated behind size.
   * blocking: no | threads: any | owner: the error, until error_free
   * since 1.0 */
  void (*error_message)(const bw_error* error, bw_text* message);

  /* The same for programs: code, status, message, pointer (RFC 6901, into the document sent), error_code (Databricks'
   * word), http_status, request_id, operation, attempts, retryable, retry_after_ms, sent (true, false or "unknown":
   * whether the workspace may have taken a request that starts something), findings. "{}" for NULL.
   * blocking: no | threads: any | owner: the error, until error_free
   * since 1.0 */
  void (*error_json)(const bw_error* error, bw_text* json);

  /* Ends an error. NULL is fine; one error is freed once.
   * blocking: no | threads: any, also after its client was closed, also in a forked child
   * since 1.0 */
  void (*error_free)(bw_error* error);

  /* Overwrites the buffer with zeroes, gives it back and zeroes *bytes: a second call is harmless. NULL is fine.
   * blocking: no | threads: any, also after its client was closed, also in a forked child
   * since 1.0 */
  void (*bytes_free)(bw_bytes* bytes);

  /* ---- clients --------------------------------------------------------------------------------------------- */

  /* Makes a client. Reads the environment and .databrickscfg where the connection allows it; sends nothing, starts no
   * thread.
   * blocking: no, beside reading that file | threads: any | owner: *client is the host's, until client_close
   * returns: BW_OK
   *   BW_INVALID_ARGUMENT: fix the connection at `pointer`, or the profile named in the message
   *   BW_UNIMPLEMENTED: a flag, field or auth_type of a later library
   *   BW_RESOURCE_EXHAUSTED: no memory or no file descriptor (it needs 2)
   * since 1.0 */
  bw_status (*client_open)(const bw_open* open, bw_client** client, bw_error** error);

  /* Hands a secret over, such as "token" (a personal access token), or a new one in place of it. Operations that wait
   * for it go on. It is kept in memory that is wiped, and never shown. size 0 takes it back.
   * blocking: no | threads: any | units: expires_at_ms is Unix time in ms, 0: never
   * returns: BW_OK
   *   BW_INVALID_ARGUMENT: the name is unknown, or the value cannot be a secret (control characters, above 64 KiB)
   *   BW_RESOURCE_EXHAUSTED
   * since 1.0 */
  bw_status (*client_set_secret)(bw_client* client, const char* name, const char* value, size_t size,
                                 int64_t expires_at_ms, bw_error** error);

  /* The descriptor that is readable while events wait. Poll it for reading, level- or edge-triggered; never read, write
   * or close it. A host whose object closes what it wraps (Go's os.File) dups it first. Close-on-exec.
   * blocking: no | threads: any | owner: the client; valid until client_close
   * returns: BW_OK
   * since 1.0 */
  bw_status (*client_event_fd)(bw_client* client, int32_t* fd);

  /* Ends a client. What still runs is cancelled; its results and events are gone; runs on Databricks go on. Ends the
   * library's thread with the last client, so that a host may close before it forks. NULL is fine.
   * blocking: until the library's thread has let go of it, well under 1 s
   * threads: exactly once, by one thread, while no other call uses this client, and not from the log function
   * since 1.0 */
  void (*client_close)(bw_client* client);

  /* ---- operations: ids are never 0 and never used twice in a process, so a late call is BW_NOT_FOUND -- */

  /* Starts a verb. *op is written before the first event of the operation can be drained.
   * blocking: no; the body is parsed here | threads: any | owner: the operation is the host's, until op_take or op_drop
   * returns: BW_OK: one BW_EV_DONE will come
   *   BW_INVALID_ARGUMENT: the body is not JSON, not an object, too big, too deep, has a member twice: see `pointer`
   *   BW_UNIMPLEMENTED: a verb or field of a later library
   *   BW_RESOURCE_EXHAUSTED: 100,000 operations are open, no memory, or no thread; take some, then again
   * since 1.0 */
  bw_status (*op_start)(bw_client* client, const bw_op_spec* spec, uint64_t* op, bw_error** error);

  /* Asks an operation to stop. Its DONE still comes, soon, and may be any status: it may just have ended by itself.
   * Stops the waiting, not the run: BW_RUN_CANCEL stops the run. Harmless twice, and after DONE.
   * blocking: no | threads: any
   * returns: BW_OK
   *   BW_NOT_FOUND: no such operation; it was taken or dropped
   * since 1.0 */
  bw_status (*op_cancel)(bw_client* client, uint64_t op);

  /* The latest progress document of an operation, as often as wanted; of a finished one the last there was.
   * blocking: no | threads: any | owner: *json is the host's, until bytes_free
   * returns: BW_OK
   *   BW_PENDING: there was no progress yet; nothing is written
   *   BW_NOT_FOUND: no such operation; it was taken or dropped
   *   BW_RESOURCE_EXHAUSTED
   * since 1.0 */
  bw_status (*op_peek)(bw_client* client, uint64_t op, bw_bytes* json);

  /* The outcome of a finished operation, and its end.
   * blocking: no | threads: any | owner: *json is the host's, until bytes_free
   * returns: BW_OK: *json is the response document
   *   BW_PENDING: not finished; the operation stays
   *   BW_NOT_FOUND with error_code UNKNOWN_OPERATION: no such operation; it was taken or dropped
   *   BW_RESOURCE_EXHAUSTED with error_code OUT_OF_MEMORY: this call had no memory; the operation stays
   *   any other: what the operation ended with; *json is left alone, *error says why
   * since 1.0 */
  bw_status (*op_take)(bw_client* client, uint64_t op, bw_bytes* json, bw_error** error);

  /* Forgets an operation, finished or not: it is cancelled, its outcome is thrown away, and no event of it will be
   * drained after this returns.
   * blocking: no | threads: any
   * returns: BW_OK
   *   BW_NOT_FOUND: no such operation; it was taken or dropped
   * since 1.0 */
  bw_status (*op_drop)(bw_client* client, uint64_t op);

  /* A verb from start to end: op_start, wait, op_take in one, without events. Pure verbs run on the calling thread,
   * need no client (NULL), no thread and no memory of earlier calls, and work in a forked child.
   * blocking: until the verb is done or timeout_ms passed; it cannot be cancelled: a host that must, uses op_start
   * threads: any, many at once | owner: *json is the host's, until bytes_free | tag: not used
   * returns: as op_start and op_take
   *   BW_INVALID_ARGUMENT: also when client is NULL and the verb is not pure
   * since 1.0 */
  bw_status (*call)(bw_client* client, const bw_op_spec* spec, bw_bytes* json, bw_error** error);

  /* ---- events ---------------------------------------------------------------------------------------------- */

  /* Takes up to `cap` events, oldest first. Edge-triggered hosts call until *count is 0; the others may stop sooner.
   * Writes min(stride, its own size) bytes of each and zeroes the rest.
   * blocking: no | threads: any; each event goes to one of them | units: stride is sizeof(bw_event) of the host
   * returns: BW_OK: *count events, 0 when none waited
   *   BW_INVALID_ARGUMENT: stride below 32 or not a multiple of 8, or events is NULL and cap is not 0
   * since 1.0 */
  bw_status (*events_drain)(bw_client* client, bw_event* events, size_t stride, size_t cap, size_t* count);

  /* Waits until an event can be drained; takes none.
   * blocking: up to timeout_ms (0: only looks, -1: until there is one); not interrupted by signals | threads: any
   * returns: BW_OK: drain now; another thread may have been faster
   *   BW_DEADLINE_EXCEEDED: none came in time
   * since 1.0 */
  bw_status (*events_wait)(bw_client* client, int64_t timeout_ms);

  /* The lines logged since the last call, each as "<unix ms> <level> <text>\n"; the first says how many were lost, if
   * any. Empty when bw_open.log is set or nothing was logged.
   * blocking: no | threads: any | owner: *lines is the host's, until bytes_free
   * returns: BW_OK
   *   BW_RESOURCE_EXHAUSTED: nothing was taken
   * since 1.0 */
  bw_status (*log_take)(bw_client* client, bw_bytes* lines);

  /* New slots only below this line. */
} bw_api;

/* Whether the library's table reaches as far as `slot`. since 1.0 */
#define BW_HAS_SLOT(api, slot) ((api)->struct_size >= offsetof(bw_api, slot) + sizeof(void*))

/* The one exported symbol: the table for a major, or NULL when this library does not serve it. Same answer every time.
 * blocking: no | threads: any | owner: the library, for the life of the process (it is never unmapped, see dlclose)
 * since 1.0 */
#if defined(__GNUC__)
__attribute__((visibility("default")))
#endif
const bw_api*
bw_plugin_api(uint32_t abi_major);

#ifdef __cplusplus
}
#endif
#endif
