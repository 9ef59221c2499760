#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "local/workspace.h"

namespace brickwork::local {

enum class UnityKind { kCatalog, kSchema, kTable, kVolume };

// Something with a name in one, two or three parts.
struct UnityObject {
  std::string id;
  UnityKind kind = UnityKind::kCatalog;
  std::string parent;              // the id of what it lies in; of a catalog the metastore
  std::vector<std::string> names;  // from the catalog down to its own
  std::string owner;
  std::int64_t created_at = 0;
  std::string created_by;
  std::int64_t updated_at = 0;
  std::string updated_by;
  boost::json::object document;  // what clients wrote and we only keep: comment, properties, columns, ...

  std::string full_name() const;
};

std::string word_of(UnityKind kind);  // "catalog"

// Catalogs, schemas, tables and volumes as records. A volume is also a directory,
// <state>/volumes/<catalog>/<schema>/<volume>, which comes and goes with its record; a managed table is one below
// <state>/warehouse/__unitystorage, which Spark makes and which goes with its record. Names are lower case, whatever
// case they are asked for in.
class UnityStore {
 public:
  UnityStore(Workspace& workspace, std::function<std::int64_t()> now_ms);

  const std::string& metastore_id() const { return metastore_id_; }

  // `names` from the catalog down. Its parent must be there; ..._ALREADY_EXISTS when it is itself.
  UnityObject create(UnityKind kind, const std::vector<std::string>& names, const std::string& user,
                     boost::json::object document);
  // <KIND>_DOES_NOT_EXIST when one of the names is nobody's.
  UnityObject get(UnityKind kind, const std::vector<std::string>& names);
  std::vector<UnityObject> children(UnityKind kind, const std::vector<std::string>& parent_names);
  void update(UnityObject& object, const std::string& new_name, const std::string& user);
  // INVALID_STATE when something lies in it, unless `force`.
  void remove(const UnityObject& object, bool force);

 private:
  std::optional<UnityObject> find(UnityKind kind, const std::vector<std::string>& names);
  std::filesystem::path place_of(const std::vector<std::string>& names) const;
  bool is_empty(const UnityObject& object);
  std::vector<std::filesystem::path> managed_directories(const UnityObject& object);

  Store& store_;
  std::filesystem::path volumes_;
  std::filesystem::path tables_;
  std::function<std::int64_t()> now_ms_;
  std::string metastore_id_;
};

}  // namespace brickwork::local
