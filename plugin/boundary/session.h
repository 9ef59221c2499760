#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "auth/resolve.h"
#include "boundary/mailbox.h"
#include "boundary/verbs.h"

namespace brickwork::boundary {

// What a client's operations look like from inside: everything of it that lives on the loop's thread. It is made by the
// first operation and ends, with nothing left running, in `close`.
class Session {
 public:
  Session(Loop& loop, const Resolved& connection, Mailbox& mailbox);

  // Ends in Mailbox::complete, once, whatever happens.
  void begin(Mailbox::Id id, const Verb& verb, Instant deadline, boost::json::object request) noexcept;
  void cancel(Mailbox::Id id) noexcept;

  // Cancels all; `closed` is called when the last operation is over.
  void close(std::function<void()> closed);

 private:
  using Answer = Result<boost::json::object>;

  void start_verb(Mailbox::Id id, const Verb& verb, Instant deadline, boost::json::object request);
  void end(Mailbox::Id id, std::optional<Answer> answer, std::exception_ptr thrown) noexcept;
  Status outcome(std::optional<Answer>& answer, std::exception_ptr thrown, std::string& text) const;

  Loop& loop_;
  Mailbox& mailbox_;
  RestClient rest_;
  runs::Memory memory_;
  const std::shared_ptr<Credential> credential_;
  const std::shared_ptr<const Login> login_;
  const std::map<std::string, std::string> sources_;
  VerbClient client_;
  std::unordered_map<Mailbox::Id, Context> running_;
  std::function<void()> closed_;
};

}  // namespace brickwork::boundary
