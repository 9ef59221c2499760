#pragma once

#include <boost/json.hpp>
#include <random>
#include <string>
#include <vector>

namespace brickwork::group {

// Settings of a job as somebody else might have written them: keys that speak of groups, members that repeat, nearly
// repeat or are there once, dependencies of every shape. The same seed makes the same ones on every machine.
class RandomJob {
 public:
  explicit RandomJob(int seed) : random_(static_cast<std::mt19937::result_type>(seed)) {}

  boost::json::value settings();

 private:
  bool chance(int percent) { return below(100) < percent; }
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  template <class T>
  const T& one_of(const std::vector<T>& list) {
    return list[static_cast<std::size_t>(below(static_cast<int>(list.size())))];
  }

  std::string key();
  boost::json::object task(const std::string& key, bool is_repeated);
  void add_kind(boost::json::object& task, bool is_repeated);
  void add_common_members(boost::json::object& task, bool is_repeated);
  static void take_out_what_does_not_fit(boost::json::object& task);
  boost::json::value parameters();
  boost::json::array strings();
  boost::json::array libraries();
  boost::json::object notifications();
  boost::json::array depends_on(const boost::json::array& earlier);

  std::mt19937 random_;
  int variety_ = 2;  // how many different values a member may have
  int odd_ = 10;     // percent of members that are not like the others
};

}  // namespace brickwork::group
