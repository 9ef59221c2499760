#pragma once

#include <boost/json.hpp>
#include <functional>

#include "rest/client.h"

namespace brickwork::runs {

// The latest document of an operation, replaced by the next one; what changed since the last is the receiver's affair.
using Progress = std::function<void(boost::json::object)>;

// Each verb takes the request document of its schema and returns the response document. They run on the loop's thread;
// `context` and `client` outlive them, everything else is taken by value.
Task<Result<boost::json::object>> launch(Context& context, RestClient& client, boost::json::object request);
Task<Result<boost::json::object>> run_group(Context& context, RestClient& client, boost::json::object request,
                                            Progress progress);
Task<Result<boost::json::object>> attach(Context& context, RestClient& client, boost::json::object request);
Task<Result<boost::json::object>> get(Context& context, RestClient& client, boost::json::object request);
Task<Result<boost::json::object>> watch(Context& context, RestClient& client, boost::json::object request,
                                        Progress progress);
Task<Result<boost::json::object>> output(Context& context, RestClient& client, boost::json::object request);
Task<Result<boost::json::object>> cancel(Context& context, RestClient& client, boost::json::object request,
                                         Progress progress);
Task<Result<boost::json::object>> repair_plan(Context& context, RestClient& client, boost::json::object request);
Task<Result<boost::json::object>> repair(Context& context, RestClient& client, boost::json::object request);
Task<Result<boost::json::object>> run_notebook(Context& context, RestClient& client, boost::json::object request,
                                               Progress progress);

}  // namespace brickwork::runs
