#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "engine/status.h"
#include "group/place.h"
#include "group/severities.h"

namespace brickwork::group {

// Collects what is wrong with one document, in whatever order it is noticed.
class Findings {
 public:
  Findings() = default;
  explicit Findings(Severities severities) : severities_(std::move(severities)) {}

  void error(const Place& place, std::string_view rule, std::string message, std::string fix);
  void warning(const Place& place, std::string_view rule, std::string message, std::string fix);

  // For a document that was written in other words in between: `where` is given each pointer and returns the host's.
  template <class Where>
  void repoint(Where where) {
    for (Finding& finding : list_) finding.pointer = where(finding.pointer);
  }

  bool has_errors() const { return errors_ > 0; }

  // Whether a finding of that rule would stop the document, which it does unless the document says otherwise.
  bool is_error(std::string_view rule) const {
    return severities_.of(rule, Finding::Severity::kError) == Finding::Severity::kError;
  }

  // Sorted by where they point to, so that the same document gives the same list and a reader goes through it once.
  std::vector<Finding> in_order_of(const boost::json::value& document) &&;

 private:
  void add(Finding::Severity severity, const Place& place, std::string_view rule, std::string message, std::string fix);

  Severities severities_;
  std::vector<Finding> list_;
  std::size_t errors_ = 0;
  std::size_t left_out_ = 0;
};

// A value as it is shown in a message: in quotes, and cut where it is long, because hosts log messages.
std::string quoted(std::string_view text);

// "checks": "3", "true", "an object", as a message needs it.
std::string shown(const boost::json::value& value);

}  // namespace brickwork::group
