#include <algorithm>
#include <boost/json/array.hpp>
#include <set>

#include "local/api_error.h"
#include "local/fields.h"
#include "local/jobs/page.h"
#include "local/resources/cluster_service.h"

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr std::int64_t kPageDefault = 50;
constexpr std::int64_t kPageLimit = 500;

struct Selection {
  std::int64_t from = 0;
  std::int64_t to = INT64_MAX;
  std::set<std::string> types;
  bool ascending = false;

  bool takes(const ClusterEvent& event) const {
    return event.timestamp >= from && event.timestamp <= to && (types.empty() || types.contains(event.type));
  }
};

Selection selection_of(const json::object& arguments) {
  Selection wanted;
  wanted.from = integer_field(arguments, "start_time").value_or(0);
  wanted.to = integer_field(arguments, "end_time").value_or(INT64_MAX);
  const std::string order = text_field(arguments, "order").value_or("DESC");
  if (order != "ASC" && order != "DESC") throw invalid_parameter("order must be ASC or DESC, not " + order);
  wanted.ascending = order == "ASC";
  if (const json::array* types = array_field(arguments, "event_types"))
    for (const json::value& type : *types) {
      if (!type.is_string()) throw malformed_request("Expected strings in event_types.");
      wanted.types.emplace(type.get_string());
    }
  return wanted;
}

std::int64_t page_size(const json::object& arguments) {
  const auto size = integer_field(arguments, "page_size");
  const std::int64_t given = size && *size != 0 ? *size : integer_field(arguments, "limit").value_or(kPageDefault);
  if (given < 0 || given > kPageLimit)
    throw invalid_parameter("The page size must be between 0 and " + std::to_string(kPageLimit));
  return given == 0 ? kPageDefault : given;
}

// What the next page is asked for with: the same request, further on.
json::object request_for(json::object arguments, std::int64_t offset, std::int64_t size) {
  arguments.erase("page_token");
  arguments["offset"] = offset;
  arguments["limit"] = size;
  return arguments;
}

}  // namespace

Response list_events(ClusterService& service, const Request& request) {
  const json::object& arguments = request.arguments();
  const ClusterRecord record = service.get(request, "CAN_ATTACH_TO");
  const Selection wanted = selection_of(arguments);
  std::vector<ClusterEvent> events = service.records.events(record.cluster_id);
  std::erase_if(events, [&](const ClusterEvent& event) { return !wanted.takes(event); });
  if (!wanted.ascending) std::reverse(events.begin(), events.end());

  json::object selecting = arguments;
  for (const char* paging : {"offset", "limit", "page_size", "page_token"}) selecting.erase(paging);
  const std::string query = "clusters/events " + query_text(selecting);
  const std::int64_t size = page_size(arguments);
  const std::string token = text_field(arguments, "page_token").value_or("");
  const std::int64_t offset =
      token.empty() ? integer_field(arguments, "offset").value_or(0) : page_offset(token, query);
  if (offset < 0) throw invalid_parameter("offset cannot be negative");

  const auto total = static_cast<std::int64_t>(events.size());
  json::object body{{"total_count", total}};
  json::array page;
  for (std::int64_t i = offset; i < std::min(total, offset + size); ++i) {
    const ClusterEvent& event = events[static_cast<std::size_t>(i)];
    page.push_back(json::object{{"cluster_id", record.cluster_id},
                                {"timestamp", event.timestamp},
                                {"type", event.type},
                                {"details", event.details}});
  }
  if (!page.empty()) body["events"] = std::move(page);
  if (offset + size < total) {
    body["next_page"] = request_for(arguments, offset + size, size);
    body["next_page_token"] = page_token({offset + size}, query);
  }
  if (offset > 0) body["prev_page_token"] = page_token({std::max<std::int64_t>(0, offset - size)}, query);
  return json_response(body);
}

}  // namespace brickwork::local
