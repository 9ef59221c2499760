#pragma once

#include <boost/json.hpp>

namespace brickwork::boundary {

// Progress documents replace each other, lines of a log must not: those that nobody has looked at yet are put before
// those of the next document. Of very many the oldest are dropped, and `logs_lost` says how many lines.
class UnseenLogs {
 public:
  void add_to(boost::json::object& document);

 private:
  void drop_oldest();

  boost::json::array entries_;
  std::size_t bytes_ = 0;
  std::int64_t lost_ = 0;
};

}  // namespace brickwork::boundary
