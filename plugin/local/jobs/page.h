#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

// An opaque page token holds a position and a digest of the query it belongs to, so that a token that is sent with
// another filter is refused instead of answering with a wrong page.
std::string page_token(const std::vector<std::int64_t>& position, std::string_view query);
// Throws ApiError unless `token` was made for this query with as many numbers; empty for no token.
std::vector<std::int64_t> page_position(const std::string& token, std::string_view query, std::size_t numbers);

// For the lists inside one job or run, which do not move: the position is an offset.
std::int64_t page_offset(const std::string& token, std::string_view query);

// The place of an entry in a list of jobs or runs: what it is sorted by, newest first. A page begins behind an entry
// and not at an offset, so that entries that come or go meanwhile neither repeat nor hide another.
struct ListPlace {
  std::int64_t active = 0;
  std::int64_t time_ms = 0;
  std::int64_t id = 0;
};
struct ListPage {
  std::optional<ListPlace> beside;  // without it the list begins with its first entry, or at `offset`
  bool backward = false;            // the page before `beside`, otherwise the one behind it
  std::int64_t offset = 0;
  std::int64_t limit = 20;
};

// What to read for a request: one entry more than its limit, to see whether there is more. `query` names the list.
ListPage list_page(const boost::json::object& arguments, std::string_view query, std::int64_t limit);

void add_page_tokens(boost::json::object& answer, const ListPage& page, std::string_view query, bool says_has_more,
                     bool surplus, const std::vector<ListPlace>& places);

// Takes the surplus entry away, puts a page that was read backward the right way round and adds the tokens, and
// has_more when `says_has_more`.
template <class Entry>
void finish_page(boost::json::object& answer, const ListPage& page, std::string_view query, bool says_has_more,
                 std::vector<Entry>& entries, std::vector<ListPlace> places) {
  const bool surplus = static_cast<std::int64_t>(entries.size()) > page.limit;
  if (surplus) {
    entries.pop_back();
    places.pop_back();
  }
  if (page.backward) {
    std::ranges::reverse(entries);
    std::ranges::reverse(places);
  }
  add_page_tokens(answer, page, query, says_has_more, surplus, places);
}

// The members of a request that select what is listed, as one text to bind a token to.
std::string query_text(const boost::json::object& arguments);

}  // namespace brickwork::local
