#include "group/upstreams.h"

#include <algorithm>
#include <numeric>

namespace brickwork::group {

std::vector<bool> are_upstream(const Dependencies& dependencies, std::span<const UpstreamQuestion> questions) {
  std::vector<std::uint32_t> by_wanted(questions.size());
  std::iota(by_wanted.begin(), by_wanted.end(), 0);
  std::sort(by_wanted.begin(), by_wanted.end(),
            [&](std::uint32_t left, std::uint32_t right) { return questions[left].wanted < questions[right].wanted; });

  std::vector<bool> answers(questions.size(), false);
  std::vector<std::uint64_t> asked(dependencies.tasks());
  std::vector<std::uint64_t> reached(dependencies.tasks());
  for (auto begin = by_wanted.begin(); begin != by_wanted.end();) {
    std::fill(asked.begin(), asked.end(), 0);
    std::fill(reached.begin(), reached.end(), 0);
    std::uint64_t bit = 0;
    auto end = begin;
    for (; end != by_wanted.end(); ++end) {
      std::uint64_t& own = asked[questions[*end].wanted];
      if (own != 0) continue;  // the same one again
      if (bit == std::uint64_t{1} << 63) break;
      bit = bit == 0 ? 1 : bit << 1;
      own = bit;
    }
    for (const std::uint32_t task : dependencies.in_order()) {
      for (const Dependency& dependency : dependencies.of(task))
        reached[task] |= asked[dependency.task] | reached[dependency.task];
    }
    for (; begin != end; ++begin) {
      const UpstreamQuestion& question = questions[*begin];
      answers[*begin] = (reached[question.task] & asked[question.wanted]) != 0;
    }
  }
  return answers;
}

}  // namespace brickwork::group
