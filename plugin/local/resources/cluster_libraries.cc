#include <boost/json/serialize.hpp>

#include "local/resources/cluster_records.h"

namespace brickwork::local {

namespace json = boost::json;

void ClusterRecords::add_library(const std::string& cluster_id, const json::object& library) {
  Transaction transaction(workspace_.store);
  transaction.run(
      "insert into cluster_libraries values (?, ?, 'PENDING', '[]') on conflict do update set messages = '[]', "
      "status = case status when 'UNINSTALL_ON_RESTART' then 'INSTALLED' when 'FAILED' then 'PENDING' else status end",
      cluster_id, json::serialize(library));
  transaction.commit();
}

void ClusterRecords::remove_library(const std::string& cluster_id, const json::object& library) {
  const auto record = find(cluster_id);
  const bool at_once = !record || record->is_terminated();
  Transaction transaction(workspace_.store);
  transaction.run(
      "delete from cluster_libraries where cluster_id = ? and library = ? and (? or status in ('PENDING', 'FAILED'))",
      cluster_id, json::serialize(library), at_once);
  transaction.run("update cluster_libraries set status = 'UNINSTALL_ON_RESTART' where cluster_id = ? and library = ?",
                  cluster_id, json::serialize(library));
  transaction.commit();
}

// Libraries of tasks are seen on their cluster too, as on Databricks.
void ClusterRecords::set_library_status(const std::string& cluster_id, const json::object& library,
                                        const std::string& status, const json::array& messages) {
  Transaction transaction(workspace_.store);
  transaction.run(
      "insert into cluster_libraries values (?, ?, ?, ?) on conflict do update set messages = excluded.messages, "
      "status = case status when 'UNINSTALL_ON_RESTART' then status else excluded.status end",
      cluster_id, json::serialize(library), status, json::value(messages));
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

}  // namespace brickwork::local
