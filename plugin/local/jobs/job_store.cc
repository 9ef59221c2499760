#include "local/jobs/job_store.h"

#include "local/fields.h"

#include <utility>

namespace brickwork::local {
namespace {

constexpr std::string_view kSchema = R"sql(
create table if not exists jobs(
  job_id integer primary key, created_time integer not null, creator_user_name text not null,
  name text not null collate nocase, settings text not null);
create index if not exists jobs_by_name on jobs(name);
create index if not exists jobs_by_time on jobs(created_time);
)sql";

std::string name_of_job(const boost::json::object& settings) {
  const boost::json::value* name = settings.if_contains("name");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : "";
}

Job to_job(const Rows& rows) {
  boost::json::value settings = rows.json(3);
  return {rows.integer(0), rows.integer(1), rows.text(2),
          std::make_shared<const boost::json::object>(std::move(settings.as_object()))};
}

}  // namespace

std::string run_as(const Job& job) {
  const boost::json::object* run_as = object_field(*job.settings, "run_as");
  for (const char* member : {"user_name", "service_principal_name"})
    if (const auto name = run_as == nullptr ? std::nullopt : text_field(*run_as, member)) return *name;
  return job.creator_user_name;
}

JobStore::JobStore(Store& store) : store_(store) { store_.create(kSchema); }

void JobStore::insert(const Job& job) {
  Transaction transaction(store_);
  // A list is read from the newest on: one that is made while a client turns pages must not get between older ones,
  // which it would in the same millisecond, by its id.
  transaction.run(
      "insert into jobs values(?1, max(?2, coalesce((select max(created_time) + 1 from jobs), 0)), ?3, ?4, ?5)",
      job.job_id, job.created_time, job.creator_user_name, name_of_job(*job.settings),
      boost::json::value(*job.settings));
  transaction.commit();
}

bool JobStore::replace_settings(std::int64_t job_id, const boost::json::object& settings) {
  Transaction transaction(store_);
  const std::int64_t changed = transaction.run("update jobs set name = ?, settings = ? where job_id = ?",
                                               name_of_job(settings), boost::json::value(settings), job_id);
  transaction.commit();
  return changed > 0;
}

bool JobStore::remove(std::int64_t job_id) {
  Transaction transaction(store_);
  const std::int64_t changed = transaction.run("delete from jobs where job_id = ?", job_id);
  transaction.commit();
  return changed > 0;
}

std::optional<Job> JobStore::find(std::int64_t job_id) {
  Transaction transaction(store_);
  Rows rows =
      transaction.query("select job_id, created_time, creator_user_name, settings from jobs where job_id = ?", job_id);
  if (!rows.next()) return std::nullopt;
  return to_job(rows);
}

std::vector<Job> JobStore::all() {
  Transaction transaction(store_);
  Rows rows = transaction.query("select job_id, created_time, creator_user_name, settings from jobs");
  std::vector<Job> jobs;
  while (rows.next()) jobs.push_back(to_job(rows));
  return jobs;
}

std::vector<Job> JobStore::list(const std::optional<std::string>& name, const ListPage& page) {
  Transaction transaction(store_);
  const ListPlace place = page.beside.value_or(ListPlace());
  const std::string_view sql =
      page.backward
          ? "select job_id, created_time, creator_user_name, settings from jobs where (?1 is null or name = ?1)"
            " and (?2 = 0 or (created_time, job_id) > (?3, ?4)) order by created_time, job_id limit ?5 offset ?6"
          : "select job_id, created_time, creator_user_name, settings from jobs where (?1 is null or name = ?1)"
            " and (?2 = 0 or (created_time, job_id) < (?3, ?4))"
            " order by created_time desc, job_id desc limit ?5 offset ?6";
  Rows rows =
      transaction.query(sql, name, page.beside.has_value(), place.time_ms, place.id, page.limit + 1, page.offset);
  std::vector<Job> jobs;
  while (rows.next()) jobs.push_back(to_job(rows));
  return jobs;
}

}  // namespace brickwork::local
