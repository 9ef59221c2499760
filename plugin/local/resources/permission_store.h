#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "local/caller.h"
#include "local/resources/user_store.h"
#include "local/store.h"

namespace brickwork::local {

// An object of the permissions API: "jobs" and a job id, "directories" and an object id. Without an id it is the place
// above all objects of a kind, where admins have their permissions from.
struct ObjectName {
  std::string kind;
  std::string id;

  std::string text() const { return "/" + kind + "/" + id; }
  auto operator<=>(const ObjectName&) const = default;
};

struct Grant {
  std::int64_t principal_id = 0;
  std::string level;
};

// The levels that objects of one kind have, the weakest first.
struct LevelName {
  const char* level;
  const char* description;
};
// Empty for a kind that the workspace does not know.
const std::vector<LevelName>& levels_of(std::string_view kind);
// 0 for a level that the kind does not have, otherwise higher for what allows more.
int rank_of(std::string_view kind, std::string_view level);

// Who may do what with which object: what was granted on the object itself, what comes from the objects above it, and
// what admins may do with everything.
class PermissionStore {
 public:
  // What a kind's own resource knows about one of its objects; nullopt when there is no such object.
  struct Place {
    std::string name;                  // for messages: "Job with ID: ElasticJobId(5)"
    std::vector<ObjectName> above;     // the nearest first
    std::optional<std::string> owner;  // whose it is as long as nobody else was made its owner
  };
  using Find = std::function<std::optional<Place>(const std::string& id)>;
  // What everybody knows without its being granted: that /Shared is for all users.
  using Implied = std::function<std::vector<std::pair<std::string, std::string>>(const std::string& id)>;

  PermissionStore(Store& store, UserStore& users);

  // Called while the workspace is put together.
  void add_kind(const std::string& kind, Find find, Implied implied = nullptr);
  bool knows(const std::string& kind) const { return kinds_.contains(kind); }
  std::optional<Place> place(const ObjectName& object) const;

  struct Held {
    Grant grant;
    std::optional<ObjectName> inherited_from;
  };
  std::vector<Held> held(const ObjectName& object);  // of everybody
  std::vector<Grant> direct(const ObjectName& object);
  void replace(const ObjectName& object, const std::vector<Grant>& grants);
  // Whose a new object is.
  void own(const ObjectName& object, std::int64_t user_id, const std::string& level);
  void forget(const ObjectName& object);

  int rank(const Caller& caller, const ObjectName& object);
  bool allows(const Caller& caller, const ObjectName& object, const std::string& level);

 private:
  struct Kind {
    Find find;
    Implied implied;
  };
  void add_held(const ObjectName& object, const std::optional<ObjectName>& from, std::vector<Held>& found);

  Store& store_;
  UserStore& users_;
  std::map<std::string, Kind> kinds_;
};

}  // namespace brickwork::local
