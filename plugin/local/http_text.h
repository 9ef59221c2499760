#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "local/router.h"

namespace brickwork::local {

std::string lower_case(std::string_view text);
std::string percent_decode(std::string_view text, bool plus_is_space);
std::string percent_encode(std::string_view text);                     // slashes stay
std::map<std::string, std::string> parse_form(std::string_view body);  // application/x-www-form-urlencoded
void parse_target(std::string_view target, Request& request);          // fills path and query
std::string new_request_id();                                          // a random UUID
std::string http_date(std::chrono::system_clock::time_point when);     // as the Date header has it
std::string_view error_code_for(int http_status);

}  // namespace brickwork::local
