#include "boundary/session.h"

#include <new>
#include <thread>

#include "boundary/process.h"

namespace brickwork::boundary {

namespace json = boost::json;

namespace {

RestClient::Options with_shared_budget(RestClient::Options options) {
  options.limits = workspace_budget(options.host, options.requests_per_second, options.shared);
  return options;
}

}  // namespace

Session::Session(Loop& loop, const Resolved& connection, Mailbox& mailbox)
    : loop_(loop),
      mailbox_(mailbox),
      rest_(loop, with_shared_budget(connection.options), connection.credential,
            [&mailbox](int level, std::string line) { mailbox.log(level, line); }),
      credential_(connection.credential),
      login_(connection.login),
      sources_(connection.sources),
      client_{rest_, memory_, *credential_, *login_, sources_} {
  memory_.watchings = process_watchings();
}

void Session::begin(Mailbox::Id id, const Verb& verb, Instant deadline, json::object request) noexcept {
  try {
    start_verb(id, verb, deadline, std::move(request));
  } catch (...) {
    end(id, std::nullopt, std::current_exception());
  }
}

void Session::start_verb(Mailbox::Id id, const Verb& verb, Instant deadline, json::object request) {
  if (closed_) return end(id, failure(Code::kCancelled, "the client was closed"), nullptr);
  // Started and dropped before this thread came to it.
  if (!mailbox_.knows(id)) return mailbox_.complete(id, Status(), {});
  if (verb.pure != nullptr) return end(id, verb.pure(std::move(request)), nullptr);

  Context& context = running_.try_emplace(id, loop_, deadline).first->second;
  runs::Progress progress = [this, id](json::object document) { return mailbox_.progress(id, std::move(document)); };
  Task<Answer> task = verb.run(context, client_, std::move(request), std::move(progress));
  start<Answer>(std::move(task), [this, id](std::optional<Answer> answer, std::exception_ptr thrown) {
    end(id, std::move(answer), thrown);
  });
}

void Session::end(Mailbox::Id id, std::optional<Answer> answer, std::exception_ptr thrown) noexcept {
  try {
    std::string text;
    Status status = outcome(answer, thrown, text);
    mailbox_.complete(id, std::move(status), std::move(text));
  } catch (...) {
    mailbox_.complete(id, mailbox_.no_memory(), {});
  }
  running_.erase(id);
  if (closed_ && running_.empty()) std::exchange(closed_, nullptr)();
}

Status Session::outcome(std::optional<Answer>& answer, std::exception_ptr thrown, std::string& text) const {
  if (thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const std::bad_alloc&) {
      return mailbox_.no_memory();
    } catch (...) {
      // What was thrown is not shown: it may quote a document.
      return failure(Code::kInternal, "the library failed inside this operation; please report it");
    }
  }
  if (!answer->ok()) return answer->status();
  text = json::serialize(answer->value());
  return Status();
}

// Whoever waits for the end of a cancelled operation waits for good if the cancel is lost.
void Session::cancel(Mailbox::Id id) noexcept {
  const auto found = running_.find(id);
  if (found == running_.end()) return;
  for (int attempt = 0; attempt < 100; ++attempt) {
    try {
      return found->second.cancel();
    } catch (const std::bad_alloc&) {
      std::this_thread::yield();
    }
  }
}

void Session::close(std::function<void()> closed) {
  closed_ = std::move(closed);
  credential_->close();
  // A cancel only sets timers, so nobody leaves the list meanwhile.
  for (const auto& [id, context] : running_) cancel(id);
  if (closed_ && running_.empty()) std::exchange(closed_, nullptr)();
}

}  // namespace brickwork::boundary
