#pragma once

#include <boost/json.hpp>

#include "rest/client.h"
#include "runs/watch/memory.h"
#include "runs/watch/progress.h"

namespace brickwork::runs {

// Each verb takes the request document of its schema and returns the response document. They run on the loop's thread;
// `context`, `client` and `memory` outlive them, everything else is taken by value. One Memory belongs to one client.
//
// Verbs that wait read `interval_ms` or `poll_ms` from the request (see pace.h): whoever has a default of its own, such
// as the connection's, writes it into the request.
Task<Result<boost::json::object>> launch(Context& context, RestClient& client, Memory& memory,
                                         boost::json::object request);
// Progress: {handle} as soon as the run is known, {handle, state} afterwards.
Task<Result<boost::json::object>> run_group(Context& context, RestClient& client, Memory& memory,
                                            boost::json::object request, Progress progress);
Task<Result<boost::json::object>> attach(Context& context, RestClient& client, Memory& memory,
                                         boost::json::object request);
Task<Result<boost::json::object>> get(Context& context, RestClient& client, Memory& memory,
                                      boost::json::object request);
// Progress: state/1 and `changed`, the paths of the tasks and groups that differ from the last one.
Task<Result<boost::json::object>> watch(Context& context, RestClient& client, Memory& memory,
                                        boost::json::object request, Progress progress);
// The run as spans or as lineage events.
Task<Result<boost::json::object>> trace(Context& context, RestClient& client, Memory& memory,
                                        boost::json::object request);
// Takes the body of a webhook: whoever watches its run has the news at once.
Task<Result<boost::json::object>> notify(Context& context, RestClient& client, Memory& memory,
                                         boost::json::object request);
Task<Result<boost::json::object>> output(Context& context, RestClient& client, Memory& memory,
                                         boost::json::object request);
// Progress, when it was asked to wait: as watch.
Task<Result<boost::json::object>> cancel(Context& context, RestClient& client, Memory& memory,
                                         boost::json::object request, Progress progress);
Task<Result<boost::json::object>> repair_plan(Context& context, RestClient& client, Memory& memory,
                                              boost::json::object request);
Task<Result<boost::json::object>> repair(Context& context, RestClient& client, Memory& memory,
                                         boost::json::object request);
// Ends the runs whose launchers died, as their leases tell.
Task<Result<boost::json::object>> sweep(Context& context, RestClient& client, Memory& memory,
                                        boost::json::object request);
// Progress: as run_group.
Task<Result<boost::json::object>> run_notebook(Context& context, RestClient& client, Memory& memory,
                                               boost::json::object request, Progress progress);

}  // namespace brickwork::runs
