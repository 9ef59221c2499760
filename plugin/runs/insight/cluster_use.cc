#include "runs/insight/cluster_use.h"

#include <algorithm>
#include <cmath>

namespace brickwork::runs {
namespace {

constexpr double kMsInAnHour = 3'600'000.0;

// What tasks of a run have shared, or one of them has had for itself.
struct Cluster {
  std::string_view kind;  // the member of the entry that says `name`
  std::string name;
  std::string cluster_id;
  const Object* settings = nullptr;  // its new_cluster; null where somebody else made it
  std::vector<Interval> intervals = {};
  std::int64_t first_setup_ms = 0;
  std::int64_t setup_ms = 0;
  json::array tasks = {};
};

const Object* shared_settings(const Object& run, std::string_view key) {
  for (const json::value& item : array_in(run, "job_clusters"))
    if (item.is_object() && text(item.get_object(), "job_cluster_key") == key)
      return &object_in(item.get_object(), "new_cluster");
  return nullptr;
}

// A task without any of these runs on serverless compute, or on none at all.
Cluster cluster_of(const Object& run, const Object& attempt, std::string_view path) {
  Cluster cluster;
  cluster.cluster_id = text(object_in(attempt, "cluster_instance"), "cluster_id");
  if (const std::string_view key = text(attempt, "job_cluster_key"); !key.empty()) {
    cluster.kind = "job_cluster_key";
    cluster.name = key;
    cluster.settings = shared_settings(run, key);
  } else if (const std::string_view id = text(attempt, "existing_cluster_id"); !id.empty()) {
    cluster.kind = "existing_cluster_id";
    cluster.name = id;
  } else if (!object_in(attempt, "new_cluster").empty()) {
    cluster.kind = "task";
    cluster.name = path;
    cluster.settings = &object_in(attempt, "new_cluster");
  } else if (!cluster.cluster_id.empty() || attempt.contains("environment_key")) {
    cluster.kind = "environment_key";
    cluster.name = text(attempt, "environment_key");
  }
  return cluster;
}

void add_use(Cluster& cluster, const Object& attempt, std::string_view path, std::int64_t now_ms) {
  const Interval interval = interval_of(attempt, now_ms);
  const Spent spent = spent_by(attempt, now_ms);
  const bool first = std::all_of(cluster.intervals.begin(), cluster.intervals.end(),
                                 [&](const Interval& other) { return interval.start_ms < other.start_ms; });
  if (first) cluster.first_setup_ms = spent.setup_ms;
  cluster.intervals.push_back(interval);
  cluster.setup_ms += spent.setup_ms;
  if (std::find(cluster.tasks.begin(), cluster.tasks.end(), json::value(path)) == cluster.tasks.end())
    cluster.tasks.push_back(json::value(path));
}

std::vector<Cluster> clusters_of(const Handle& handle, const Object& run, std::int64_t now_ms) {
  const auto attempts = attempts_by_key(run);
  std::vector<Cluster> clusters;
  std::map<std::pair<std::string, std::string>, std::size_t> known;  // kind and name, cluster id
  for (const auto& task : handle.tasks) {
    const auto found = attempts.find(task.task_key);
    if (found == attempts.end()) continue;
    for (const Object* attempt : found->second) {
      if (interval_of(*attempt, now_ms).start_ms == 0) continue;
      Cluster cluster = cluster_of(run, *attempt, task.path);
      if (cluster.kind.empty()) continue;
      const auto [place, fresh] =
          known.try_emplace({std::string(cluster.kind) + "/" + cluster.name, cluster.cluster_id}, clusters.size());
      if (fresh) clusters.push_back(std::move(cluster));
      add_use(clusters[place->second], *attempt, task.path, now_ms);
    }
  }
  return clusters;
}

// With an id it is one machine's life, pauses between tasks included; without one, only what tasks took is known.
std::int64_t up_ms(const Cluster& cluster) {
  std::int64_t up = together_ms(cluster.intervals);
  if (!cluster.cluster_id.empty()) {
    Interval life = cluster.intervals.front();
    for (const Interval& interval : cluster.intervals)
      life = {std::min(life.start_ms, interval.start_ms), std::max(life.end_ms, interval.end_ms)};
    up = life.end_ms - life.start_ms;
  }
  return std::max<std::int64_t>(0, up - cluster.first_setup_ms);
}

struct Estimate {
  double low = 0;
  double high = 0;
  std::string why_not = {};
};

// The DBU in an hour of one node; the reason goes to `why_not`.
double hourly(const Rates& rates, std::string_view node_type, bool photon, std::string& why_not) {
  if (node_type.empty()) {
    why_not = "the cluster names no node type";
    return 0;
  }
  const auto found = rates.node_types.find(node_type);
  const std::optional<double> rate = found == rates.node_types.end() ? std::nullopt
                                     : photon                        ? found->second.photon_dbu_per_hour
                                                                     : found->second.dbu_per_hour;
  if (!rate)
    why_not = std::string(photon ? "no photon_dbu_per_hour" : "no dbu_per_hour") + " of " + std::string(node_type);
  return rate.value_or(0);
}

Estimate estimate(const Cluster& cluster, const Rates& rates) {
  if (cluster.kind == "existing_cluster_id") return {.why_not = "others use the cluster, too"};
  if (cluster.kind == "environment_key") return {.why_not = "serverless compute has no node types"};
  if (cluster.settings == nullptr) return {.why_not = "the run does not tell its settings"};
  const Object& settings = *cluster.settings;
  const bool photon = text(settings, "runtime_engine") == "PHOTON" ||
                      text(settings, "spark_version").find("-photon-") != std::string_view::npos;
  const Object& range = object_in(settings, "autoscale");
  const std::int64_t fewest =
      number_or_zero(range.empty() ? settings : range, range.empty() ? "num_workers" : "min_workers");
  const std::int64_t most = range.empty() ? fewest : number_or_zero(range, "max_workers");
  const std::string_view worker_type = text(settings, "node_type_id");
  std::string_view driver_type = text(settings, "driver_node_type_id");
  if (driver_type.empty()) driver_type = worker_type;

  Estimate result;
  const double driver = hourly(rates, driver_type, photon, result.why_not);
  const double worker = most == 0 ? 0 : hourly(rates, worker_type, photon, result.why_not);
  const double hours = static_cast<double>(up_ms(cluster)) / kMsInAnHour;
  result.low = hours * (driver + static_cast<double>(fewest) * worker);
  result.high = hours * (driver + static_cast<double>(most) * worker);
  return result;
}

Object entry_of(const Cluster& cluster, const Estimate& estimated, bool wanted) {
  Object entry{{cluster.kind, cluster.name}};
  set_text(entry, "cluster_id", cluster.cluster_id);
  entry["tasks"] = cluster.tasks;
  entry["setup_ms"] = cluster.setup_ms;
  entry["up_ms"] = up_ms(cluster);
  if (!wanted) return entry;
  if (estimated.why_not.empty())
    entry["dbu"] = Object{{"low", estimated.low}, {"high", estimated.high}};
  else
    entry["unpriced"] = estimated.why_not;
  return entry;
}

Result<std::optional<double>> rate(const Object& document, std::string_view name, const std::string& pointer) {
  const json::value* value = document.if_contains(name);
  if (value == nullptr || value->is_null()) return std::optional<double>();
  const double number = value->is_number() ? value->to_number<double>() : -1;
  if (!(number >= 0) || !std::isfinite(number))
    return failure(Code::kInvalidArgument, "`" + std::string(name) + "` has to be a number, 0 or more",
                   pointer + "/" + std::string(name));
  return std::optional<double>(number);
}

std::string escaped(std::string_view name) {
  std::string pointer;
  for (const char c : name) pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return pointer;
}

}  // namespace

Result<Rates> rates_of(const Object& document, const std::string& pointer) {
  Rates rates;
  Result<std::optional<double>> price = rate(document, "price_per_dbu", pointer);
  if (!price.ok()) return price.status();
  rates.price_per_dbu = price.value();
  const json::value* types = document.if_contains("node_types");
  if (types != nullptr && !types->is_object())
    return failure(Code::kInvalidArgument, "`node_types` has to be an object: a rate for each node_type_id",
                   pointer + "/node_types");
  for (const auto& [name, value] : object_in(document, "node_types")) {
    const std::string here = pointer + "/node_types/" + escaped(name);
    if (!value.is_object())
      return failure(Code::kInvalidArgument, R"(a rate has to be an object such as {"dbu_per_hour": 1.0})", here);
    const Result<std::optional<double>> plain = rate(value.get_object(), "dbu_per_hour", here);
    if (!plain.ok()) return plain.status();
    const Result<std::optional<double>> photon = rate(value.get_object(), "photon_dbu_per_hour", here);
    if (!photon.ok()) return photon.status();
    rates.node_types.emplace(name, NodeRate{plain.value(), photon.value()});
  }
  return rates;
}

ClusterUse cluster_use(const Handle& handle, const Object& run, const Rates& rates, std::int64_t now_ms) {
  const bool wanted = !rates.node_types.empty();
  ClusterUse use;
  Estimate total;
  json::array unpriced;
  for (const Cluster& cluster : clusters_of(handle, run, now_ms)) {
    const Estimate estimated = estimate(cluster, rates);
    use.clusters.push_back(entry_of(cluster, estimated, wanted));
    if (estimated.why_not.empty()) {
      total.low += estimated.low;
      total.high += estimated.high;
    } else {
      unpriced.push_back(json::value(cluster.name));
    }
  }
  if (!wanted) return use;
  use.dbu = Object{{"low", total.low}, {"high", total.high}};
  if (rates.price_per_dbu) {
    use.dbu["cost_low"] = total.low * *rates.price_per_dbu;
    use.dbu["cost_high"] = total.high * *rates.price_per_dbu;
  }
  use.dbu["unpriced"] = std::move(unpriced);
  return use;
}

}  // namespace brickwork::runs
