#pragma once

#include <set>

#include "rest/client.h"

namespace brickwork {

// Follows next_page_token until there is none. Scalars come from the first page; the arrays of all pages are joined, as
// Jobs 2.2 asks for runs/get (tasks, job_clusters, job_parameters, repair_history) and the lists do (jobs, runs, ...).
Task<Result<boost::json::object>> get_all_pages(Context& context, RestClient& client, RestRequest request);

// One page after the other, for readers that may stop early (looking for one job among thousands).
class Pages {
 public:
  Pages(RestClient& client, RestRequest request);

  // The next page, or an object without members when there is none.
  Task<Result<boost::json::object>> next(Context& context);
  bool at_end() const;

 private:
  RestClient& client_;
  RestRequest request_;
  std::set<std::string> tokens_;  // seen so far
  bool at_end_ = false;
};

}  // namespace brickwork
