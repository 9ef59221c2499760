/* A complete host in C: launch a task group, watch it from poll(), repair what failed, watch again.
 *
 *   cc -std=c99 -Iabi/include examples/host.c -ldl -o host
 *   DATABRICKS_HOST=... DATABRICKS_TOKEN=... ./host build/release/lib/libbrickwork.so.1 group.json
 */
#define _POSIX_C_SOURCE 200809L
#include <brickwork/plugin.h>
#include <dlfcn.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const bw_api* bw;

static int failed(const char* what, bw_status status, bw_error* error) {
  bw_text message = {"", 0};
  bw->error_message(error, &message);
  fprintf(stderr, "%s: %s: %.*s\n", what, bw->status_name(status), (int)message.size, message.data);
  bw->error_free(error);
  return 3;
}

static bw_op_spec operation(uint32_t verb, const char* body, size_t size) {
  bw_op_spec spec;
  memset(&spec, 0, sizeof spec);
  spec.struct_size = sizeof spec;
  spec.verb = verb;
  spec.timeout_ms = verb == BW_RUN_WATCH ? -1 : 60000;
  spec.body.data = body;
  spec.body.size = size;
  return spec;
}

/* Starts a verb, polls the client's descriptor until its DONE event, and takes the outcome. A scheduler would have many
 * operations under way here, and other descriptors beside this one. */
static bw_status wait_for(bw_client* client, uint32_t verb, bw_bytes request, bw_bytes* answer, bw_error** error) {
  const bw_op_spec spec = operation(verb, request.data, request.size);
  uint64_t op = 0;
  struct pollfd watched = {-1, POLLIN, 0};
  bw_status status = bw->op_start(client, &spec, &op, error);
  if (status == BW_OK) status = bw->client_event_fd(client, &watched.fd);
  while (status == BW_OK) {
    bw_event events[16];
    size_t count = 0, i;
    poll(&watched, 1, -1);
    status = bw->events_drain(client, events, sizeof events[0], 16, &count);
    for (i = 0; status == BW_OK && i < count; ++i) {
      if (events[i].op != op) continue;
      if (events[i].kind == BW_EV_DONE) return bw->op_take(client, op, answer, error);
      if (events[i].kind == BW_EV_PROGRESS) puts("the run made progress"); /* op_peek has the state */
    }
  }
  return status;
}

/* The run's verdict stands before those of its tasks. A host that does more than this has a JSON library. */
static int succeeded(bw_bytes state) {
  const char* verdict = strstr(state.data, "\"verdict\":");
  return verdict != NULL && strncmp(verdict + 10, "\"succeeded", 10) == 0;
}

static char* group_request(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  char* text = malloc(1 << 20);
  if (file == NULL || text == NULL) exit(2);
  *size = (size_t)sprintf(text, "{\"group\":");
  *size += fread(text + *size, 1, (1 << 20) - *size - 1, file);
  text[(*size)++] = '}';
  fclose(file);
  return text;
}

int main(int argc, char** argv) {
  void* library = argc == 3 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
  const bw_api* (*entry)(uint32_t) = NULL;
  bw_open open = {0};
  bw_client* client = NULL;
  bw_error* error = NULL;
  bw_bytes launched = {0}, state = {0}, repaired = {0};
  bw_op_spec launch;
  size_t size;
  char* request;
  bw_status status;

  if (library != NULL) *(void**)&entry = dlsym(library, "bw_plugin_api");
  if (entry == NULL || (bw = entry(BW_ABI_MAJOR)) == NULL) {
    fprintf(stderr, "usage: host LIBRARY GROUP (%s)\n", argc == 3 ? dlerror() : "two arguments");
    return 2;
  }
  open.struct_size = sizeof open; /* no config: DATABRICKS_HOST and DATABRICKS_TOKEN say it all */
  if ((status = bw->client_open(&open, &client, &error)) != BW_OK) return failed("open", status, error);

  request = group_request(argv[2], &size);
  launch = operation(BW_GROUP_LAUNCH, request, size);
  status = bw->call(client, &launch, &launched, &error);
  free(request);
  if (status != BW_OK) return failed("launch", status, error);
  printf("launched: %.200s...\n", launched.data);

  /* What launch answered holds the run's handle, so it is a request for every verb that wants a run. */
  status = wait_for(client, BW_RUN_WATCH, launched, &state, &error);
  if (status == BW_OK && !succeeded(state)) {
    puts("it failed; repairing what failed");
    bw->bytes_free(&state);
    status = wait_for(client, BW_RUN_REPAIR, launched, &repaired, &error);
    if (status == BW_OK) status = wait_for(client, BW_RUN_WATCH, repaired, &state, &error);
  }
  if (status != BW_OK) return failed("run", status, error);
  puts(succeeded(state) ? "SUCCESS" : "FAILED");
  status = succeeded(state) ? 0 : 1;

  bw->bytes_free(&launched);
  bw->bytes_free(&repaired);
  bw->bytes_free(&state);
  bw->client_close(client);
  return status;
}
