#include "boundary/unseen_logs.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostBytes = std::size_t{8} << 20U;

const json::array* lines_of(const json::value& entry) {
  const json::value* lines = entry.is_object() ? entry.get_object().if_contains("lines") : nullptr;
  return lines == nullptr ? nullptr : lines->if_array();
}

std::size_t size_of(const json::value& entry) {
  std::size_t bytes = 200;  // the names beside the lines, about
  if (const json::array* lines = lines_of(entry))
    for (const json::value& line : *lines) bytes += 3 + (line.is_string() ? line.get_string().size() : 0);
  return bytes;
}

}  // namespace

void UnseenLogs::add_to(json::object& document) {
  if (const json::value* fresh = document.if_contains("logs"); fresh != nullptr && fresh->is_array())
    for (const json::value& entry : fresh->get_array()) {
      bytes_ += size_of(entry);
      entries_.push_back(entry);
    }
  while (bytes_ > kMostBytes && entries_.size() > 1) drop_oldest();
  if (!entries_.empty()) document["logs"] = entries_;
  if (lost_ > 0) document["logs_lost"] = lost_;
}

void UnseenLogs::drop_oldest() {
  if (const json::array* lines = lines_of(entries_.front())) lost_ += static_cast<std::int64_t>(lines->size());
  bytes_ -= size_of(entries_.front());
  entries_.erase(entries_.begin());
}

}  // namespace brickwork::boundary
