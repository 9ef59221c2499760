#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brickwork {

using Query = std::vector<std::pair<std::string, std::string>>;

// RFC 3986: everything but letters, digits and -._~ becomes %XX.
std::string percent_encode(std::string_view text);

// The address of a request. In `path` only what a URL cannot hold is encoded, so that a path which is encoded already
// stays as it is; names and values of the query are encoded whole.
std::string url_of(std::string_view host, std::string_view path, const Query& query);

}  // namespace brickwork
