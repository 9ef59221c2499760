#include "runs/watch/watching.h"

#include <algorithm>

#include "runs/watch/memory.h"

namespace brickwork::runs {

// Its entry goes with the last watch, so that a thousand new watches do not each look through a thousand old ones.
Sweep::~Sweep() { watching->sweeps.erase(run_id); }

void add_wish(Sweep& sweep, const Pace& pace) {
  for (Wish& wish : sweep.wishes)
    if (wish.pace == pace) {
      ++wish.watchers;
      return;
    }
  sweep.wishes.push_back({.pace = pace, .watchers = 1});
}

void remove_wish(Sweep& sweep, const Pace& pace) {
  for (Wish& wish : sweep.wishes)
    if (wish.pace == pace) --wish.watchers;
  std::erase_if(sweep.wishes, [](const Wish& wish) { return wish.watchers == 0; });
}

milliseconds interval(const Sweep& sweep, std::int64_t now_ms) {
  milliseconds shortest = milliseconds::max();
  for (const Wish& wish : sweep.wishes) shortest = std::min(shortest, interval(wish.pace, sweep.outlook, now_ms));
  return shortest;
}

void note_begun(Watching& watching, std::int64_t run_id, std::int64_t begun_ms, Instant now) {
  watching.begun.put(run_id, {begun_ms, now});
  if (!watching.sweeps.empty()) return;
  // Where nobody watches, nobody has missed an end.
  watching.crowd.watermark_ms = std::max(watching.crowd.watermark_ms, begun_ms);
  watching.crowd.due = now;
}

std::shared_ptr<Watching> Watchings::of(const std::string& login) {
  std::weak_ptr<Watching>& known = known_[login];
  std::shared_ptr<Watching> watching = known.lock();
  if (watching) return watching;
  watching = std::make_shared<Watching>();
  watching->login = login;
  known = watching;
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  return watching;
}

std::shared_ptr<Watching> watching_of(Memory& memory, const RestClient& client) {
  if (!memory.watchings) return memory.watching;
  // A token that is missing for the moment says nothing about who comes next.
  if (const std::string login = client.login(); !login.empty() && login != memory.watching->login)
    memory.watching = memory.watchings->of(login);
  return memory.watching;
}

bool speaks_for(const RestClient& client, const Watching& watching) {
  return watching.login.empty() || client.login() == watching.login;
}

std::shared_ptr<Sweep> shared_sweep(const std::shared_ptr<Watching>& watching, std::int64_t run_id) {
  std::weak_ptr<Sweep>& known = watching->sweeps[run_id];
  std::shared_ptr<Sweep> sweep = known.lock();
  if (!sweep) {
    sweep = std::make_shared<Sweep>(watching, run_id);
    known = sweep;
  }
  return sweep;
}

std::shared_ptr<Sweep> watched(const Watching& watching, std::int64_t run_id) {
  const auto found = watching.sweeps.find(run_id);
  return found == watching.sweeps.end() ? nullptr : found->second.lock();
}

std::vector<std::shared_ptr<Sweep>> all_watched(const Watching& watching) {
  std::vector<std::shared_ptr<Sweep>> sweeps;
  sweeps.reserve(watching.sweeps.size());
  for (const auto& [run_id, known] : watching.sweeps)
    if (std::shared_ptr<Sweep> sweep = known.lock()) sweeps.push_back(std::move(sweep));
  return sweeps;
}

}  // namespace brickwork::runs
