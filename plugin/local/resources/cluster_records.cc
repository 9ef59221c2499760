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

// What the first version did not have.
constexpr std::pair<const char*, const char*> kAddedColumns[] = {
    {"creator_user_name", "text not null default 'brickwork@localhost'"},
    {"termination_type", "text not null default 'SUCCESS'"},
    {"pinned_by", "text not null default ''"},
    {"last_restarted_time", "integer not null default 0"}};

constexpr const char* kColumns =
    "cluster_id, name, source, spec, state, state_message, termination_code, start_time, terminated_time, "
    "last_activity_time, creator_user_name, termination_type, pinned_by, last_restarted_time";

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
                       .last_activity_time = rows.integer(9),
                       .creator_user_name = rows.text(10),
                       .termination_type = rows.text(11),
                       .pinned_by = rows.text(12),
                       .last_restarted_time = rows.integer(13)};
  const json::value spec = rows.json(3);
  if (spec.is_object()) record.spec = spec.get_object();
  return record;
}

json::object size_of(const json::object& spec) {
  if (const json::value* autoscale = spec.if_contains("autoscale")) return {{"autoscale", *autoscale}};
  const json::value* workers = spec.if_contains("num_workers");
  return {{"num_workers", workers == nullptr ? json::value(0) : *workers}};
}

}  // namespace

ClusterRecords::ClusterRecords(Workspace& workspace, std::function<std::int64_t()> now_ms)
    : workspace_(workspace), now_ms_(std::move(now_ms)) {
  workspace_.store.create(kSchema);
  Transaction transaction(workspace_.store);
  for (const auto& [name, type] : kAddedColumns)
    if (!transaction.query("select 1 from pragma_table_info('clusters') where name = ?", name).next())
      transaction.run("alter table clusters add column " + std::string(name) + " " + type);
  // Nothing is under way when the server has just started, whatever the last one left behind.
  transaction.run(
      "update clusters set state = 'TERMINATED', termination_code = 'INTERNAL_ERROR', termination_type = "
      "'SERVICE_FAULT', terminated_time = ?, state_message = 'brickwork-local was restarted' "
      "where state <> 'TERMINATED' and (source = 'JOB' or state <> 'RUNNING')",
      now_ms_());
  transaction.run("update cluster_libraries set status = 'PENDING' where status in ('INSTALLING', 'INSTALLED')");
  transaction.commit();
}

void ClusterRecords::insert(const ClusterRecord& record) {
  Transaction transaction(workspace_.store);
  transaction.run(
      "insert into clusters (" + std::string(kColumns) + ") values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      record.cluster_id, record.name, record.source, json::value(record.spec), record.state, record.state_message,
      record.termination_code, record.start_time, record.terminated_time, record.last_activity_time,
      record.creator_user_name, record.termination_type, record.pinned_by, record.last_restarted_time);
  add_event(transaction, record.cluster_id, "CREATING",
            {{"user", record.creator_user_name}, {"cluster_size", size_of(record.spec)}});
  transaction.commit();
}

std::string ClusterRecords::create(const json::object& spec, const std::string& name, const std::string& creator) {
  const std::int64_t now = now_ms_();
  const ClusterRecord record{.cluster_id = new_cluster_id(),
                             .name = name,
                             .source = "API",
                             .spec = spec,
                             .state = "PENDING",
                             .state_message = "Starting the cluster",
                             .start_time = now,
                             .last_activity_time = now,
                             .creator_user_name = creator};
  insert(record);
  return record.cluster_id;
}

bool ClusterRecords::create_for_job(const std::string& cluster_id, const std::string& name, const json::object& spec) {
  if (find(cluster_id)) return false;
  const std::int64_t now = now_ms_();
  insert({.cluster_id = cluster_id,
          .name = name,
          .source = "JOB",
          .spec = spec,
          .state = "PENDING",
          .state_message = "Starting the cluster",
          .start_time = now,
          .last_activity_time = now,
          .creator_user_name = workspace_.user_name});
  return true;
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

void ClusterRecords::set_spec(const std::string& cluster_id, const json::object& spec, const std::string& name,
                              const std::string& user) {
  const auto before = find(cluster_id);
  Transaction transaction(workspace_.store);
  transaction.run("update clusters set spec = ?, name = ? where cluster_id = ?", json::value(spec), name, cluster_id);
  add_event(transaction, cluster_id, "EDITED",
            {{"user", user}, {"attributes", spec}, {"previous_attributes", before ? before->spec : json::object()}});
  transaction.commit();
}

void ClusterRecords::set_size(const std::string& cluster_id, const json::object& size, const std::string& user) {
  const auto record = find(cluster_id);
  if (!record) return;
  json::object spec = record->spec;
  spec.erase("num_workers");
  spec.erase("autoscale");
  for (const auto& member : size) spec[member.key()] = member.value();
  Transaction transaction(workspace_.store);
  transaction.run("update clusters set spec = ? where cluster_id = ?", json::value(spec), cluster_id);
  add_event(transaction, cluster_id, "RESIZING",
            {{"user", user},
             {"cause", "USER_REQUEST"},
             {"cluster_size", size},
             {"previous_cluster_size", size_of(record->spec)}});
  add_event(transaction, cluster_id, "UPSIZE_COMPLETED", {{"cluster_size", size}});
  transaction.commit();
}

void ClusterRecords::set_creator(const std::string& cluster_id, const std::string& user) {
  Transaction transaction(workspace_.store);
  transaction.run("update clusters set creator_user_name = ? where cluster_id = ?", user, cluster_id);
  transaction.commit();
}

void ClusterRecords::set_pinned(const std::string& cluster_id, const std::string& user, bool pinned) {
  Transaction transaction(workspace_.store);
  if (transaction.run("update clusters set pinned_by = ? where cluster_id = ? and (pinned_by <> '') <> ?",
                      pinned ? user : "", cluster_id, pinned) == 0)
    return;
  add_event(transaction, cluster_id, pinned ? "PINNED" : "UNPINNED", {{"user", user}});
  transaction.commit();
}

void ClusterRecords::forget(const std::string& cluster_id) {
  Transaction transaction(workspace_.store);
  for (const char* table : {"clusters", "cluster_events", "cluster_libraries"})
    transaction.run("delete from " + std::string(table) + " where cluster_id = ?", cluster_id);
  transaction.commit();
}

void ClusterRecords::add_event(Transaction& transaction, const std::string& cluster_id, const std::string& type,
                               const json::object& details) {
  transaction.run("insert into cluster_events (cluster_id, timestamp, type, details) values (?, ?, ?, ?)", cluster_id,
                  now_ms_(), type, json::value(details));
}

void ClusterRecords::add_event(const std::string& cluster_id, const std::string& type, const json::object& details) {
  Transaction transaction(workspace_.store);
  add_event(transaction, cluster_id, type, details);
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

void ClusterRecords::touch(const std::string& cluster_id, int change) {
  {
    const std::lock_guard lock(mutex_);
    int& uses = uses_[cluster_id];
    uses += change;
    if (uses == 0) uses_.erase(cluster_id);
  }
  Transaction transaction(workspace_.store);
  transaction.run("update clusters set last_activity_time = ? where cluster_id = ?", now_ms_(), cluster_id);
  transaction.commit();
}

void ClusterRecords::use_begins(const std::string& cluster_id) { touch(cluster_id, 1); }
void ClusterRecords::use_ends(const std::string& cluster_id) { touch(cluster_id, -1); }

bool ClusterRecords::in_use(const std::string& cluster_id) {
  const std::lock_guard lock(mutex_);
  return uses_.contains(cluster_id);
}

}  // namespace brickwork::local
