// The states of clusters, each change with its event.

#include "local/resources/cluster_records.h"

namespace brickwork::local {
namespace {

void forget_uninstalled(Transaction& transaction, const std::string& cluster_id) {
  transaction.run("delete from cluster_libraries where cluster_id = ? and status = 'UNINSTALL_ON_RESTART'", cluster_id);
  transaction.run("update cluster_libraries set status = 'PENDING', messages = '[]' where cluster_id = ?", cluster_id);
}

}  // namespace

bool ClusterRecords::begin_start(const std::string& cluster_id, const std::string& user) {
  Transaction transaction(workspace_.store);
  const std::int64_t now = now_ms_();
  if (transaction.run("update clusters set state = 'PENDING', state_message = 'Starting the cluster', "
                      "termination_code = '', start_time = ?, terminated_time = 0, last_activity_time = ? "
                      "where cluster_id = ? and state = 'TERMINATED'",
                      now, now, cluster_id) == 0)
    return false;
  add_event(transaction, cluster_id, "STARTING", {{"user", user}});
  transaction.commit();
  return true;
}

bool ClusterRecords::begin_restart(const std::string& cluster_id, const std::string& user) {
  Transaction transaction(workspace_.store);
  const std::int64_t now = now_ms_();
  if (transaction.run("update clusters set state = 'RESTARTING', state_message = 'Restarting the cluster', "
                      "start_time = ?, last_restarted_time = ?, last_activity_time = ? "
                      "where cluster_id = ? and state = 'RUNNING'",
                      now, now, now, cluster_id) == 0)
    return false;
  forget_uninstalled(transaction, cluster_id);
  add_event(transaction, cluster_id, "RESTARTING", {{"user", user}});
  transaction.commit();
  return true;
}

bool ClusterRecords::set_running(const std::string& cluster_id) {
  Transaction transaction(workspace_.store);
  if (transaction.run("update clusters set state = 'RUNNING', state_message = '', last_activity_time = ? "
                      "where cluster_id = ? and state in ('PENDING', 'RESTARTING')",
                      now_ms_(), cluster_id) == 0)
    return false;
  add_event(transaction, cluster_id, "RUNNING", {});
  transaction.commit();
  return true;
}

bool ClusterRecords::begin_stop(const std::string& cluster_id, const std::string& code, const std::string& message) {
  Transaction transaction(workspace_.store);
  if (transaction.run("update clusters set state = 'TERMINATING', state_message = ?, termination_code = ? "
                      "where cluster_id = ? and state not in ('TERMINATING', 'TERMINATED')",
                      message, code, cluster_id) == 0)
    return false;
  add_event(transaction, cluster_id, "TERMINATING", {{"reason", {{"code", code}, {"type", "SUCCESS"}}}});
  transaction.commit();
  return true;
}

bool ClusterRecords::set_terminated(const std::string& cluster_id, const std::string& code, const std::string& message,
                                    const std::string& type) {
  Transaction transaction(workspace_.store);
  std::string state;
  {
    Rows rows = transaction.query("select state from clusters where cluster_id = ?", cluster_id);
    if (rows.next()) state = rows.text(0);
  }
  if (state.empty() || state == "TERMINATED") return false;
  transaction.run(
      "update clusters set state = 'TERMINATED', state_message = ?, termination_code = ?, termination_type = ?, "
      "terminated_time = ? where cluster_id = ?",
      message, code, type, now_ms_(), cluster_id);
  forget_uninstalled(transaction, cluster_id);
  if (state != "TERMINATING")
    add_event(transaction, cluster_id, "TERMINATING", {{"reason", {{"code", code}, {"type", type}}}});
  transaction.commit();
  return true;
}

}  // namespace brickwork::local
