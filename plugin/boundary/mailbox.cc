#include "boundary/mailbox.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>

#include "boundary/bytes.h"
#include "boundary/guard.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostOpen = 100'000;

constinit std::atomic<std::uint64_t> last_id{0};

std::int64_t unix_ms() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_1970).count();
}

// Another word than OUT_OF_MEMORY, which says that the call may be repeated: this operation is over.
Status ran_out_of_memory() {
  Fault fault;
  fault.code = Code::kResourceExhausted;
  fault.message = "the operation ended because there was no memory for its outcome; on Databricks it may have happened";
  fault.error_code = "OPERATION_OUT_OF_MEMORY";
  return Status(std::move(fault));
}

// What differs from the document before: at the top of a state, or in the state beside a handle.
json::array* changed_in(json::object& document) {
  if (json::value* changed = document.if_contains("changed")) return changed->if_array();
  json::value* state = document.if_contains("state");
  if (state == nullptr || !state->is_object()) return nullptr;
  json::value* changed = state->get_object().if_contains("changed");
  return changed == nullptr ? nullptr : changed->if_array();
}

// What the document that it replaces says, of which nobody has heard. Read from its text: kept beside it for a hundred
// tasks, it was more than all the rest of a parked watch.
void add_unseen(json::object& document, const std::string& replaced) {
  json::array* changed = changed_in(document);
  if (changed == nullptr) return;
  json::value before = json::parse(replaced);
  const json::array* unseen = changed_in(before.as_object());
  if (unseen == nullptr) return;
  for (const json::value& path : *unseen)
    if (std::find(changed->begin(), changed->end(), path) == changed->end()) changed->push_back(path);
}

Status unknown_operation() {
  Fault fault;
  fault.code = Code::kNotFound;
  fault.message = "there is no such operation in this client; it was taken or dropped";
  fault.error_code = "UNKNOWN_OPERATION";
  return Status(std::move(fault));
}

}  // namespace

Mailbox::Mailbox(HostLog log) : host_log_(log), no_memory_(ran_out_of_memory()) {
  secret_.event.kind = BW_EV_SECRET;
  log_.event.kind = BW_EV_LOG;
}

Mailbox::Operation* Mailbox::find(Id id) const {
  const auto found = operations_.find(id);
  return found == operations_.end() || found->second->gone ? nullptr : found->second.get();
}

Result<Mailbox::Id> Mailbox::admit(std::uint64_t tag, Events events) {
  auto operation = std::make_unique<Operation>();
  const Id id = last_id.fetch_add(1, std::memory_order_relaxed) + 1;
  operation->done.event = {.op = id, .tag = tag, .kind = BW_EV_DONE, .status = BW_OK, .at_ms = 0};
  operation->progress.event = {.op = id, .tag = tag, .kind = BW_EV_PROGRESS, .status = BW_OK, .at_ms = 0};
  operation->announces = events == Events::kYes;

  const std::lock_guard lock(mutex_);
  if (open_ >= kMostOpen) {
    return failure(Code::kResourceExhausted, "100000 operations are open in this client; take or drop some");
  }
  operations_.emplace(id, std::move(operation));
  ++open_;
  return id;
}

void Mailbox::discard(Id id) noexcept {
  const std::lock_guard lock(mutex_);
  if (operations_.erase(id) > 0) --open_;
}

bool Mailbox::knows(Id id) const {
  const std::lock_guard lock(mutex_);
  return find(id) != nullptr;
}

Status Mailbox::check(Id id) const { return knows(id) ? Status() : unknown_operation(); }

void Mailbox::wait_for(Id id) {
  std::condition_variable finished;
  std::unique_lock lock(mutex_);
  Operation* operation = find(id);
  if (operation == nullptr) return;
  operation->waiter = &finished;
  finished.wait(lock, [operation] { return operation->finished; });
  operation->waiter = nullptr;
}

Status Mailbox::peek(Id id, bw_bytes* json) {
  const std::lock_guard lock(mutex_);
  Operation* operation = find(id);
  if (operation == nullptr) return unknown_operation();
  if (!operation->latest) return failure(Code::kPending, {});
  give(*operation->latest, json);
  operation->unseen = false;
  operation->logs.reset();
  return Status();
}

bw_status Mailbox::take(Id id, bw_bytes* json, bw_error** error) {
  const std::lock_guard lock(mutex_);
  Operation* operation = find(id);
  if (operation == nullptr) return report(unknown_operation(), error);
  if (!operation->finished) return BW_PENDING;

  // All that needs memory comes before the operation changes.
  const bw_status status = report(operation->status, error);
  if (status == BW_OK) give(operation->response, json);
  --open_;
  operation->gone = true;
  queue_.remove(operation->progress);
  if (operation->done.queued) {
    operation->response = std::string();
    operation->latest.reset();
  } else {
    operations_.erase(id);
  }
  return status;
}

Status Mailbox::drop(Id id) {
  const std::lock_guard lock(mutex_);
  Operation* operation = find(id);
  if (operation == nullptr) return unknown_operation();
  --open_;
  operation->gone = true;
  operation->announces = false;
  queue_.remove(operation->progress);
  queue_.remove(operation->done);
  if (operation->finished) operations_.erase(id);
  return Status();
}

std::size_t Mailbox::drain(bw_event* events, std::size_t stride, std::size_t capacity) noexcept {
  const std::lock_guard lock(mutex_);
  const std::size_t known = std::min(stride, sizeof(bw_event));
  auto* out = reinterpret_cast<char*>(events);
  std::size_t count = 0;
  for (; count < capacity; ++count, out += stride) {
    const EventQueue::Node* node = queue_.pop();
    if (node == nullptr) break;
    std::memcpy(out, &node->event, known);
    std::memset(out + known, 0, stride - known);
    if (node->event.kind != BW_EV_DONE) continue;
    const auto found = operations_.find(node->event.op);
    if (found->second->gone) operations_.erase(found);
  }
  return count;
}

std::shared_ptr<const std::string> Mailbox::progress(Id id, json::object document) {
  const std::lock_guard lock(mutex_);
  Operation* operation = find(id);
  if (operation == nullptr || operation->finished) return nullptr;
  if (operation->unseen) add_unseen(document, *operation->latest);
  if (!operation->logs && document.contains("logs")) operation->logs = std::make_unique<UnseenLogs>();
  if (operation->logs) operation->logs->add_to(document);
  std::string text = json::serialize(document);
  text.shrink_to_fit();  // it grew by doubling, and may stay for days
  operation->latest = std::make_shared<const std::string>(std::move(text));
  operation->unseen = true;
  if (operation->announces) queue_.push(operation->progress);
  return operation->latest;
}

void Mailbox::complete(Id id, Status status, std::string json) noexcept {
  const std::lock_guard lock(mutex_);
  const auto found = operations_.find(id);
  if (found == operations_.end()) return;
  Operation& operation = *found->second;
  if (operation.gone) {
    operations_.erase(found);
    return;
  }
  operation.finished = true;
  operation.status = std::move(status);
  operation.response = std::move(json);
  operation.done.event.status = static_cast<bw_status>(operation.status.code());
  if (operation.announces) queue_.push(operation.done);
  if (operation.waiter != nullptr) operation.waiter->notify_one();
}

void Mailbox::want_secret() noexcept {
  const std::lock_guard lock(mutex_);
  queue_.push(secret_);
}

// A line that cannot be kept is lost; the operation it is about goes on.
void Mailbox::log(int level, std::string_view line) noexcept {
  try {
    if (host_log_.function == nullptr) return add_to_ring(level, line);
    const std::string terminated(line);
    const std::lock_guard lock(log_mutex_);
    host_log_.function(host_log_.data, level, terminated.c_str(), terminated.size());
  } catch (...) {
  }
}

void Mailbox::add_to_ring(int level, std::string_view line) {
  const std::lock_guard lock(mutex_);
  ring_.add(unix_ms(), level, line);
  queue_.push(log_);
}

Status Mailbox::take_log(bw_bytes* lines) {
  const std::lock_guard lock(mutex_);
  give(ring_.text(), lines);
  ring_.clear();
  queue_.remove(log_);
  return Status();
}

}  // namespace brickwork::boundary
