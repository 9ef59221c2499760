#include <algorithm>
#include <cstdio>

#include "exit_status.h"
#include "following.h"
#include "session.h"
#include "show/report.h"

namespace brickwork::cli {
namespace {

// Of a job with many tasks each page has some of them; what a later page has of an array follows what is there.
void add_page(json::object& job, json::object page) {
  job.erase("next_page_token");
  if (const std::string token = text_of(page, "next_page_token"); !token.empty()) job["next_page_token"] = token;
  json::object& settings = job["settings"].as_object();
  for (const char* paged : {"tasks", "job_clusters", "environments", "parameters"}) {
    const json::array& more = array_of(object_of(page, "settings"), paged);
    if (more.empty()) continue;
    json::value& here = settings[paged];
    if (!here.is_array()) here.emplace_array();
    here.get_array().insert(here.get_array().end(), more.begin(), more.end());
  }
}

// The whole job, as jobs/get would answer if it knew no pages.
json::object read_job(Session& session, const std::string& job_id) {
  json::object query{{"job_id", job_id}};
  json::object job;
  while (true) {
    json::object answer = session.call(BW_REST, {{"method", "GET"}, {"path", "/api/2.2/jobs/get"}, {"query", query}});
    json::object page = object_of(answer, "body");
    if (!object_of(page, "settings").contains("tasks") && job.empty())
      throw Stop(kUnavailable, "the answer about job " + job_id + " has no tasks",
                 "look at it: brickwork rest GET /api/2.2/jobs/get?job_id=" + job_id);
    if (job.empty()) {
      job = std::move(page);
    } else {
      add_page(job, std::move(page));
    }
    const std::string token = text_of(job, "next_page_token");
    if (token.empty()) break;
    if (query.contains("page_token") && query.at("page_token") == json::value(token))
      throw Stop(kUnavailable, "the workspace answers the same page of job " + job_id + " again and again");
    query["page_token"] = token;
  }
  job.erase("has_more");
  return job;
}

// The library points into the request; what it says of bare settings is told in the user's terms.
json::object import_settings(Session& session, const std::string& text) {
  constexpr std::string_view kMember = "/settings";
  try {
    json::object answer = session.call_pure(BW_GROUP_IMPORT, "{\"settings\":" + text + "}");
    point_into_the_file(answer, kMember);
    return answer;
  } catch (const Failure& failure) {
    const Error& error = failure.error();
    if (error.json().empty()) throw;
    json::object details = json::parse(error.json()).as_object();
    point_into_the_file(details, kMember);
    throw Failure(Error(error.status(), error.message(), json::serialize(details)));
  }
}

// An answer of jobs/get is a request as it is. The library gets the very bytes of the file.
json::object import_file(Session& session, const std::string& path) {
  const std::string text = read_input(path);
  const json::value document = parse_document(text, path == "-" ? "the job on the standard input" : path);
  const json::object* object = document.if_object();
  const bool is_answer = object != nullptr && object->contains("settings") && !object->contains("tasks");
  return is_answer ? session.call_pure(BW_GROUP_IMPORT, text) : import_settings(session, text);
}

bool is_job_id(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= '0' && c <= '9'; });
}

int import_job(Session& session, const std::string& job) {
  const json::object answer = is_job_id(job)
                                  ? session.call_pure(BW_GROUP_IMPORT, json::serialize(read_job(session, job)))
                                  : import_file(session, job);
  if (session.options.json) {
    print_document(answer);
    return kDone;
  }
  // The group alone on the standard output, so that it can go into a file.
  print_document(answer.contains("group") ? answer.at("group") : json::value());
  if (!session.options.quiet) std::fputs(findings_text(array_of(answer, "findings")).c_str(), stderr);
  return kDone;
}

}  // namespace

void add_import(CLI::App& program, Invocation& invocation) {
  CLI::App* command = program.add_subcommand("import", "a job as a group document that compiles back to it");
  auto job = std::make_shared<std::string>();
  command
      ->add_option(
          "JOB", *job,
          "id of a job of the workspace, or a file with settings or an answer of jobs/get, - for the standard input")
      ->required();
  command->callback(
      [&invocation, job] { invocation.chosen = [job](Session& session) { return import_job(session, *job); }; });
}

}  // namespace brickwork::cli
