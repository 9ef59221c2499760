#pragma once

#include <boost/json.hpp>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace brickwork::group {

// Good groups of every shape, and damage to them; the same seed makes the same ones on every machine.
class RandomGroup {
 public:
  explicit RandomGroup(int seed) : random_(static_cast<std::mt19937::result_type>(seed)) {}

  boost::json::value group();

  // The same document with the members of each object in another order.
  boost::json::value shuffled(const boost::json::value& value);

  // One value somewhere in it is replaced, removed, repeated or renamed.
  void damage(boost::json::value& document);

 private:
  bool chance(int percent) { return below(100) < percent; }
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }

  // `taken`: the names that share their keys with those inside.
  boost::json::array children(const std::string& path, int depth, std::set<std::string>& taken);
  boost::json::object task(const std::string& name);
  boost::json::object defaults();
  boost::json::array depends_on(const std::vector<std::string>& earlier);
  std::string name(std::set<std::string>& taken);
  boost::json::value anything(int depth);

  std::mt19937 random_;
  boost::json::object launch_;          // values of one launch, by path
  std::vector<std::string> elsewhere_;  // paths of what stands before and is complete: waiting for it closes no cycle
};

// Which tasks wait for which, by path, computed slowly and straight from the definition: a dependency on a group means
// its last tasks, one of a group holds for its first tasks, an empty group is transparent.
class DefinedDependencies {
 public:
  explicit DefinedDependencies(const boost::json::value& group);
  std::map<std::string, std::set<std::string>> all();

 private:
  struct Node {
    bool is_group = false;
    std::string parent;
    std::vector<std::string> written;  // depends_on, as paths
  };
  using Paths = std::set<std::string>;

  void read(const boost::json::array& tasks, const std::string& parent);
  bool inside(const std::string& path, const std::string& group) const { return path.starts_with(group + "/"); }
  Paths waits_for(const std::string& node);
  Paths meaning(const std::string& node);

  std::map<std::string, Node> nodes_;
  std::map<std::string, Paths> known_;
};

}  // namespace brickwork::group
