#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace brickwork::runs {

// What the address of a run page says; run_id is 0 when it is no such address.
struct RunUrl {
  std::string host;  // with the scheme
  std::int64_t job_id = 0;
  std::int64_t run_id = 0;
};

// Both forms that Databricks hands out: HOST/?o=ORG#job/J/run/R and HOST/jobs/J/runs/R?o=ORG.
RunUrl parse_run_url(std::string_view url);

// The form of the page that a browser opens today. Needed for a run whose own run_page_url was not read yet.
std::string run_page_url(std::string_view host, std::string_view workspace_id, std::int64_t job_id,
                         std::int64_t run_id);

// Whether two hosts are the same workspace, as people write them: any case, with or without https:// and a slash.
bool same_host(std::string_view one, std::string_view other);

}  // namespace brickwork::runs
