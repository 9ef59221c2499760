#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/status.h"
#include "group/rules.h"

namespace brickwork::group {

class Findings;

// What the member `lint` of a document makes of the rules: {"<rule>": "error"|"warning"|"off"}.
class Severities {
 public:
  Severities() = default;
  explicit Severities(const boost::json::value& document);

  // How severe a finding is that is `severity` by itself; empty when it is silenced.
  std::optional<Finding::Severity> of(std::string_view rule, Finding::Severity severity) const;

 private:
  enum class Level : std::uint8_t { kError, kWarning, kOff };

  std::vector<std::pair<const Rule*, Level>> levels_;
};

// Reports names that are no rules, words that are no severities, and what cannot be silenced.
void check_severities(const boost::json::object& job, Findings& findings);

}  // namespace brickwork::group
