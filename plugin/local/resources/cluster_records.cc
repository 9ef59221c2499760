#include "local/resources/cluster_records.h"

#include <boost/json/serialize.hpp>
#include <ctime>
#include <random>

namespace brickwork::local {
namespace {

namespace json = boost::json;

constexpr const char* kSchema = R"(
create table if not exists clusters (
  cluster_id text primary key,
  name text not null,
  source text not null,
  spec text not null,
  state text not null,
  state_message text not null,
  termination_code text not null,
  start_time integer not null,
  terminated_time integer not null,
  last_activity_time integer not null
);
create table if not exists cluster_events (
  cluster_id text not null,
  number integer primary key autoincrement,
  timestamp integer not null,
  type text not null,
  details text not null
);
create table if not exists cluster_libraries (
  cluster_id text not null,
  library text not null,
  status text not null,
  messages text not null,
  primary key (cluster_id, library)
) without rowid;
create index if not exists cluster_events_by_cluster on cluster_events (cluster_id, number);
)";

constexpr const char* kColumns =
    "cluster_id, name, source, spec, state, state_message, termination_code, start_time, terminated_time, "
    "last_activity_time";

// As on Databricks: month, day and time, then letters: "1121-095107-k3v9x2ab".
std::string new_cluster_id() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char date[16];
  std::strftime(date, sizeof date, "%m%d-%H%M%S-", &parts);
  std::random_device random;
  std::string id = date;
  for (int i = 0; i < 8; ++i) id += "abcdefghijklmnopqrstuvwxyz0123456789"[random() % 36];
  return id;
}

ClusterRecord record_of(const Rows& rows) {
  ClusterRecord record{.cluster_id = rows.text(0),
                       .name = rows.text(1),
                       .source = rows.text(2),
                       .state = rows.text(4),
                       .state_message = rows.text(5),
                       .termination_code = rows.text(6),
                       .start_time = rows.integer(7),
                       .terminated_time = rows.integer(8),
                       .last_activity_time = rows.integer(9)};
  const json::value spec = rows.json(3);
  if (spec.is_object()) record.spec = spec.get_object();
  return record;
}

}  // namespace

ClusterRecords::ClusterRecords(Workspace& workspace) : workspace_(workspace) {
  workspace_.store.create(kSchema);
  // Nothing runs when the server has just started, whatever the last one left behind.
  Transaction transaction(workspace_.store);
  transaction.run(
      "update clusters set state = 'TERMINATED', termination_code = 'INTERNAL_ERROR', terminated_time = ?, "
      "state_message = 'brickwork-local was restarted' where source = 'JOB' and state <> 'TERMINATED'",
      now_ms());
  transaction.commit();
}

void ClusterRecords::insert(const ClusterRecord& record) {
  Transaction transaction(workspace_.store);
  transaction.run("insert or ignore into clusters values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", record.cluster_id,
                  record.name, record.source, json::value(record.spec), record.state, record.state_message,
                  record.termination_code, record.start_time, record.terminated_time, record.last_activity_time);
  transaction.commit();
  add_event(record.cluster_id, "CREATING", {});
  add_event(record.cluster_id, "RUNNING", {});
}

std::string ClusterRecords::create(const json::object& spec, const std::string& name) {
  const std::int64_t now = now_ms();
  const ClusterRecord record{.cluster_id = new_cluster_id(),
                             .name = name,
                             .source = "API",
                             .spec = spec,
                             .state = "RUNNING",
                             .start_time = now,
                             .last_activity_time = now};
  insert(record);
  return record.cluster_id;
}

void ClusterRecords::create_for_job(const std::string& cluster_id, const std::string& name, const json::object& spec) {
  const std::int64_t now = now_ms();
  insert({.cluster_id = cluster_id,
          .name = name,
          .source = "JOB",
          .spec = spec,
          .state = "RUNNING",
          .start_time = now,
          .last_activity_time = now});
}

std::optional<ClusterRecord> ClusterRecords::find(const std::string& cluster_id) {
  Transaction transaction(workspace_.store);
  Rows rows = transaction.query("select " + std::string(kColumns) + " from clusters where cluster_id = ?", cluster_id);
  if (!rows.next()) return std::nullopt;
  return record_of(rows);
}

std::vector<ClusterRecord> ClusterRecords::all() {
  Transaction transaction(workspace_.store);
  std::vector<ClusterRecord> found;
  Rows rows =
      transaction.query("select " + std::string(kColumns) + " from clusters order by start_time desc, cluster_id");
  while (rows.next()) found.push_back(record_of(rows));
  return found;
}

void ClusterRecords::set_running(const std::string& cluster_id) {
  Transaction transaction(workspace_.store);
  const std::int64_t now = now_ms();
  const std::int64_t changed = transaction.run(
      "update clusters set state = 'RUNNING', state_message = '', termination_code = '', start_time = ?, "
      "terminated_time = 0, last_activity_time = ? where cluster_id = ? and state <> 'RUNNING'",
      now, now, cluster_id);
  transaction.commit();
  if (changed == 0) return;
  add_event(cluster_id, "STARTING", {});
  add_event(cluster_id, "RUNNING", {});
}

void ClusterRecords::set_terminated(const std::string& cluster_id, const std::string& code,
                                    const std::string& message) {
  Transaction transaction(workspace_.store);
  const std::int64_t changed = transaction.run(
      "update clusters set state = 'TERMINATED', state_message = ?, termination_code = ?, terminated_time = ? "
      "where cluster_id = ? and state <> 'TERMINATED'",
      message, code, now_ms(), cluster_id);
  transaction.commit();
  Transaction libraries(workspace_.store);
  libraries.run("delete from cluster_libraries where cluster_id = ? and status = 'UNINSTALL_ON_RESTART'", cluster_id);
  libraries.run("update cluster_libraries set status = 'PENDING', messages = '[]' where cluster_id = ?", cluster_id);
  libraries.commit();
  if (changed != 0) add_event(cluster_id, "TERMINATING", {{"reason", {{"code", code}, {"type", "SUCCESS"}}}});
}

void ClusterRecords::set_spec(const std::string& cluster_id, const json::object& spec, const std::string& name) {
  Transaction transaction(workspace_.store);
  transaction.run("update clusters set spec = ?, name = ? where cluster_id = ?", json::value(spec), name, cluster_id);
  transaction.commit();
  add_event(cluster_id, "EDITED", {});
}

void ClusterRecords::add_library(const std::string& cluster_id, const json::object& library) {
  Transaction transaction(workspace_.store);
  transaction.run("insert or replace into cluster_libraries values (?, ?, 'PENDING', '[]')", cluster_id,
                  json::serialize(library));
  transaction.commit();
}

void ClusterRecords::set_library_status(const std::string& cluster_id, const json::object& library,
                                        const std::string& status, const json::array& messages) {
  Transaction transaction(workspace_.store);
  transaction.run("insert or replace into cluster_libraries values (?, ?, ?, ?)", cluster_id, json::serialize(library),
                  status, json::value(messages));
  transaction.commit();
}

std::vector<ClusterLibrary> ClusterRecords::libraries(const std::string& cluster_id) {
  Transaction transaction(workspace_.store);
  std::vector<ClusterLibrary> found;
  Rows rows =
      transaction.query("select library, status, messages from cluster_libraries where cluster_id = ?", cluster_id);
  while (rows.next()) found.push_back({rows.json(0).as_object(), rows.text(1), rows.json(2).as_array()});
  return found;
}

void ClusterRecords::forget(const std::string& cluster_id) {
  Transaction transaction(workspace_.store);
  transaction.run("delete from clusters where cluster_id = ?", cluster_id);
  transaction.run("delete from cluster_events where cluster_id = ?", cluster_id);
  transaction.run("delete from cluster_libraries where cluster_id = ?", cluster_id);
  transaction.commit();
}

void ClusterRecords::add_event(const std::string& cluster_id, const std::string& type, const json::object& details) {
  Transaction transaction(workspace_.store);
  transaction.run("insert into cluster_events (cluster_id, timestamp, type, details) values (?, ?, ?, ?)", cluster_id,
                  now_ms(), type, json::value(details));
  transaction.commit();
}

std::vector<ClusterEvent> ClusterRecords::events(const std::string& cluster_id) {
  Transaction transaction(workspace_.store);
  std::vector<ClusterEvent> found;
  Rows rows = transaction.query(
      "select timestamp, type, details from cluster_events where cluster_id = ? order by number", cluster_id);
  while (rows.next()) {
    const json::value details = rows.json(2);
    found.push_back({rows.integer(0), rows.text(1), details.is_object() ? details.get_object() : json::object{}});
  }
  return found;
}

}  // namespace brickwork::local
