#include "engine/curl_loop.h"

#include <openssl/crypto.h>
#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/ca_file.h"
#include "engine/curl_transfer.h"
#include "engine/fork.h"
#include "engine/host_queue.h"
#include "engine/timers.h"
#include "engine/wiped_memory.h"

namespace brickwork {
namespace {

constexpr std::size_t kConnectionsPerHost = 32;
constexpr std::size_t kKeptFree = 8;  // by watches and outputs, for whatever a host asks for
constexpr milliseconds kLongestSleep{3'600'000};

// OpenSSL must not clean up at exit: the loop's thread may still be inside it when the host calls exit(). The host's
// openssl.cnf stays in force, because today this OpenSSL is the host's own.
void initialise_libraries() {
  static bool done = false;  // guarded by NoFork
  if (done) return;
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
  if (initialise_curl() != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
  done = true;
}

// What a callback throws has nobody left to hear it, and must not take the host's process with it.
template <class Callback>
void run_guarded(Callback&& callback) noexcept {
  try {
    callback();
  } catch (...) {
  }
}

// The signals of the host are delivered to its own threads, and a write to a closed socket raises no SIGPIPE here.
std::thread start_without_signals(std::function<void()> body) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  struct Restore {
    sigset_t* mask;
    ~Restore() { pthread_sigmask(SIG_SETMASK, mask, nullptr); }
  } restore{&before};
  return std::thread(std::move(body));
}

std::string_view host_of(std::string_view url) { return url.substr(0, url.find_first_of("/?#", url.find("://") + 3)); }

}  // namespace

struct CurlLoop::State {
  const std::uint64_t generation = fork_generation();

  std::mutex mutex;  // guards what other threads touch: from here ...
  std::vector<std::function<void()>> posted;
  std::thread thread;
  CURLM* multi = nullptr;
  bool stopping = false;
  Instant stop_by = Instant::max();  // ... to here

  Id last_id = 0;
  Timers timers;
  std::map<Id, std::unique_ptr<CurlTransfer>> transfers;
  // Those that are over and whose callback is due, by id, because one callback may forget the next. With room for all,
  // made when a transfer is asked for: what ends a transfer must not need memory.
  std::vector<Id> over;
  HostQueue hosts{kConnectionsPerHost, kKeptFree};
  std::mt19937_64 random{std::random_device{}()};
  const std::string ca_file = system_ca_file();

  void start();
  void run();
  void run_posted();
  void run_due();
  void perform();
  void begin(Id id);
  void finish(Id id);
  void start_next(std::string_view host);
  bool ended();
  void sleep();
  void clean_up();
};

void CurlLoop::State::start() {
  {
    const NoFork inside_curl;
    initialise_libraries();
    if (!multi) multi = curl_multi_init();
    if (!multi) throw std::bad_alloc();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2L * kConnectionsPerHost);
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  }
  thread = start_without_signals([this] { run(); });
}

void CurlLoop::State::run() {
  while (true) {
    run_posted();
    run_due();
    perform();
    if (ended()) break;
    sleep();
  }
  clean_up();
}

void CurlLoop::State::run_posted() {
  std::vector<std::function<void()>> work;
  {
    const std::lock_guard lock(mutex);
    work.swap(posted);
  }
  for (auto& each : work) run_guarded(each);
}

// One round: a timer that asks for the next one at once must not keep the bytes waiting.
void CurlLoop::State::run_due() {
  const Instant now = std::chrono::steady_clock::now();
  const Id younger_than = last_id + 1;
  while (auto wake = timers.take_due(now, younger_than)) run_guarded(wake);
}

void CurlLoop::State::perform() {
  if (transfers.empty()) {
    over.clear();  // whoever they were, they were forgotten
    return;
  }
  {
    const NoFork inside_curl;
    int running = 0;
    curl_multi_perform(multi, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CurlTransfer& transfer = CurlTransfer::of(message->easy_handle);
      over.push_back(transfer.id());
      transfer.end(message->data.result);
    }
  }
  const std::size_t count = over.size();  // what ends meanwhile has its turn in the next round
  for (std::size_t i = 0; i < count; ++i) finish(over[i]);
  over.erase(over.begin(), over.begin() + static_cast<std::ptrdiff_t>(count));
}

void CurlLoop::State::begin(Id id) {
  CurlTransfer& transfer = *transfers.at(id);
  const NoFork inside_curl;
  try {
    if (transfer.begin(multi, ca_file)) return;
  } catch (const std::bad_alloc&) {
    transfer.outcome().failure = "out of memory";
  }
  over.push_back(id);
}

void CurlLoop::State::finish(Id id) {
  const auto found = transfers.find(id);
  if (found == transfers.end()) return;
  const std::unique_ptr<CurlTransfer> transfer = std::move(found->second);
  transfers.erase(found);
  const std::string_view host = host_of(transfer->request().url);
  hosts.leave(host, id, transfer->request().can_wait);
  start_next(host);
  run_guarded([&] { transfer->done()(std::move(transfer->outcome())); });
}

void CurlLoop::State::start_next(std::string_view host) {
  if (const auto id = hosts.next(host)) begin(*id);
}

bool CurlLoop::State::ended() {
  const std::lock_guard lock(mutex);
  if (!stopping || !posted.empty()) return false;
  return (timers.empty() && transfers.empty()) || std::chrono::steady_clock::now() >= stop_by;
}

void CurlLoop::State::sleep() {
  const Instant now = std::chrono::steady_clock::now();
  Instant until = timers.next();
  {
    const std::lock_guard lock(mutex);
    if (stopping) until = std::min(until, stop_by);
  }
  milliseconds wait = kLongestSleep;
  if (!over.empty()) wait = milliseconds(0);
  if (until < now + wait) wait = std::max(milliseconds(0), std::chrono::ceil<milliseconds>(until - now));
  curl_multi_poll(multi, nullptr, 0, static_cast<int>(wait.count()), nullptr);
}

void CurlLoop::State::clean_up() {
  transfers.clear();
  timers = {};
  const NoFork inside_curl;
  curl_multi_cleanup(multi);
}

CurlLoop::CurlLoop() : state_(new State) {}

CurlLoop::~CurlLoop() {
  if (forked()) return;
  stop();
  delete state_;
}

bool CurlLoop::post(std::function<void()> work) {
  if (forked()) return false;
  const std::lock_guard lock(state_->mutex);
  if (state_->stopping) return false;
  state_->posted.push_back(std::move(work));
  try {
    if (!state_->thread.joinable()) state_->start();
  } catch (...) {
    state_->posted.pop_back();
    throw;
  }
  curl_multi_wakeup(state_->multi);
  return true;
}

void CurlLoop::stop(milliseconds grace) {
  if (forked()) return;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping) return;
    state_->stopping = true;
    state_->stop_by = now() + grace;
    if (!state_->thread.joinable()) return;
    curl_multi_wakeup(state_->multi);
  }
  state_->thread.join();
}

bool CurlLoop::on_loop_thread() const {
  const std::lock_guard lock(state_->mutex);
  return state_->thread.get_id() == std::this_thread::get_id();
}

bool CurlLoop::forked() const { return state_->generation != fork_generation(); }

Instant CurlLoop::now() const { return std::chrono::steady_clock::now(); }

std::int64_t CurlLoop::unix_ms() const {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<milliseconds>(since_1970).count();
}

double CurlLoop::uniform() { return static_cast<double>(state_->random() >> 11) * 0x1p-53; }

Loop::Id CurlLoop::at(Instant when, std::function<void()> wake) {
  const Id id = ++state_->last_id;
  state_->timers.add(id, when, std::move(wake));
  return id;
}

Loop::Id CurlLoop::send(HttpRequest request, std::function<void(Outcome)> done) {
  const Id id = ++state_->last_id;
  state_->over.reserve(state_->over.size() + state_->transfers.size() + 1);
  const auto transfer =
      state_->transfers.emplace(id, std::make_unique<CurlTransfer>(id, std::move(request), std::move(done))).first;
  try {
    const HttpRequest& asked = transfer->second->request();
    if (state_->hosts.enter(host_of(asked.url), id, asked.can_wait)) state_->begin(id);
  } catch (...) {
    state_->transfers.erase(transfer);
    throw;
  }
  return id;
}

void CurlLoop::forget(Id id) {
  state_->timers.forget(id);
  const auto found = state_->transfers.find(id);
  if (found == state_->transfers.end()) return;
  const std::unique_ptr<CurlTransfer> transfer = std::move(found->second);
  state_->transfers.erase(found);
  const std::string_view host = host_of(transfer->request().url);
  state_->hosts.leave(host, id, transfer->request().can_wait);
  state_->start_next(host);
}

}  // namespace brickwork
