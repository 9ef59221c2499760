#include <algorithm>
#include <boost/json/array.hpp>
#include <set>
#include <sstream>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/http_text.h"
#include "local/jobs/page.h"
#include "local/resources/cluster_document.h"
#include "local/resources/cluster_service.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kPageDefault = 100;
constexpr std::int64_t kPageLimit = 100;
// A terminated cluster is listed for 30 days, a pinned one for ever.
constexpr std::int64_t kListedMs = 30LL * 24 * 3600 * 1000;

// A query may say a name more than once, or its values with commas.
std::set<std::string> values(const Request& request, const std::string& name) {
  std::set<std::string> found;
  const auto given = request.query.find(name);
  if (given == request.query.end()) return found;
  std::istringstream parts(given->second);
  for (std::string part; std::getline(parts, part, ',');) found.insert(part);
  return found;
}

struct Filter {
  std::set<std::string> states;
  std::set<std::string> sources;
  std::optional<bool> pinned;
  std::string policy_id;

  bool takes(const ClusterRecord& record) const {
    const json::value* policy = record.spec.if_contains("policy_id");
    return (states.empty() || states.contains(record.state)) && (sources.empty() || sources.contains(record.source)) &&
           (!pinned || *pinned == !record.pinned_by.empty()) &&
           (policy_id.empty() || (policy != nullptr && policy->is_string() && policy->get_string() == policy_id));
  }
};

// Clients in Python write True.
std::optional<bool> pinned_filter(const Request& request) {
  const auto given = request.query.find("filter_by.is_pinned");
  if (given == request.query.end()) return std::nullopt;
  return lower_case(given->second) == "true";
}

Filter filter_of(const Request& request) {
  const json::object& arguments = request.arguments();
  return {values(request, "filter_by.cluster_states"), values(request, "filter_by.cluster_sources"),
          pinned_filter(request), text_field(arguments, "filter_by.policy_id").value_or("")};
}

// DEFAULT: pinned first, then those that run, then the rest, each by the time of their last start.
void sort(std::vector<ClusterRecord>& records, const json::object& arguments) {
  const std::string field = text_field(arguments, "sort_by.field").value_or("DEFAULT");
  const std::string direction = text_field(arguments, "sort_by.direction").value_or("");
  if (field == "CLUSTER_NAME") {
    std::stable_sort(records.begin(), records.end(), [](const ClusterRecord& left, const ClusterRecord& right) {
      return lower_case(left.name) < lower_case(right.name);
    });
  } else if (field == "DEFAULT") {
    const auto rank = [](const ClusterRecord& record) {
      return !record.pinned_by.empty() ? 0 : record.is_terminated() ? 2 : 1;
    };
    std::stable_sort(records.begin(), records.end(),
                     [&](const ClusterRecord& left, const ClusterRecord& right) { return rank(left) < rank(right); });
  } else {
    throw invalid_parameter("sort_by.field must be CLUSTER_NAME or DEFAULT, not " + field);
  }
  if (direction == "DESC") std::reverse(records.begin(), records.end());
}

}  // namespace

Response list_clusters(ClusterService& service, const Request& request) {
  const json::object& arguments = request.arguments();
  const Filter filter = filter_of(request);
  const std::int64_t oldest = service.now_ms() - kListedMs;
  std::vector<ClusterRecord> records = service.records.all();
  std::erase_if(records, [&](const ClusterRecord& record) {
    const bool is_old = record.is_terminated() && record.pinned_by.empty() && record.terminated_time < oldest;
    return is_old || !filter.takes(record) || !service.allows(request.caller, record.cluster_id, "CAN_ATTACH_TO");
  });
  sort(records, arguments);

  std::int64_t size = integer_field(arguments, "page_size").value_or(kPageDefault);
  if (size < 0 || size > kPageLimit) throw invalid_parameter("page_size must be between 0 and 100");
  if (size == 0) size = kPageDefault;
  json::object selecting = arguments;
  selecting.erase("page_size");
  const std::string query = "clusters/list " + query_text(selecting);
  const std::int64_t offset = page_offset(text_field(arguments, "page_token").value_or(""), query);
  const auto total = static_cast<std::int64_t>(records.size());
  json::array found;
  for (std::int64_t i = offset; i < std::min(total, offset + size); ++i)
    found.push_back(cluster_document(service.workspace, records[static_cast<std::size_t>(i)]));
  json::object body;
  if (!found.empty()) body["clusters"] = std::move(found);
  if (offset + size < total) body["next_page_token"] = page_token({offset + size}, query);
  if (offset > 0) body["prev_page_token"] = page_token({std::max<std::int64_t>(0, offset - size)}, query);
  return json_response(body);
}

}  // namespace brickwork::local
