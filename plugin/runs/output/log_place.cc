#include "runs/output/log_place.h"

#include <algorithm>

#include "runs/state/attempts.h"
#include "runs/state/verdict.h"

namespace brickwork::runs {
namespace {

constexpr std::size_t kMostClusters = 32;

const Object& settings_of(const Object& run, const Object& attempt) {
  const std::string_view key = text(attempt, "job_cluster_key");
  if (key.empty()) return object_in(attempt, "new_cluster");
  for (const json::value& item : array_in(run, "job_clusters"))
    if (item.is_object() && text(item.get_object(), "job_cluster_key") == key)
      return object_in(item.get_object(), "new_cluster");
  return object_in(attempt, "new_cluster");
}

std::string without_slash(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

// "dbfs:/logs" -> "/logs". A volume may be written with dbfs: before it.
std::string_view without_scheme(std::string_view path) {
  if (path.starts_with("dbfs:")) path.remove_prefix(5);
  return path;
}

bool find_destination(const Object& settings, LogPlace& place) {
  const Object& wanted = object_in(settings, "cluster_log_conf");
  const std::string_view volume = without_scheme(text(object_in(wanted, "volumes"), "destination"));
  const std::string_view dbfs = without_scheme(text(object_in(wanted, "dbfs"), "destination"));
  const std::string_view path = volume.empty() ? dbfs : volume;
  if (!path.starts_with('/')) return false;
  place.kind = path.starts_with("/Volumes/") ? LogPlace::Kind::kVolume : LogPlace::Kind::kDbfs;
  place.directory = without_slash(path) + "/" + place.cluster_id + "/driver";
  return true;
}

}  // namespace

std::vector<LogPlace> log_places(const Handle& handle, const Object& run) {
  const auto attempts = attempts_by_key(run);
  std::vector<LogPlace> places;
  for (const auto& name : handle.tasks) {
    const auto found = attempts.find(name.task_key);
    if (found == attempts.end()) continue;
    for (const Object* attempt : found->second) {
      LogPlace place{.directory = {},
                     .cluster_id = std::string(text(object_in(*attempt, "cluster_instance"), "cluster_id")),
                     .job_cluster_key = std::string(text(*attempt, "job_cluster_key")),
                     .tasks = {}};
      if (place.cluster_id.empty() || !find_destination(settings_of(run, *attempt), place)) continue;
      auto known = std::find_if(places.begin(), places.end(),
                                [&](const LogPlace& other) { return other.cluster_id == place.cluster_id; });
      if (known == places.end()) {
        if (places.size() == kMostClusters) continue;
        known = places.insert(places.end(), std::move(place));
      }
      known->active = known->active || !ended(*attempt);
      if (std::find(known->tasks.begin(), known->tasks.end(), name.path) == known->tasks.end())
        known->tasks.push_back(name.path);
    }
  }
  return places;
}

}  // namespace brickwork::runs
