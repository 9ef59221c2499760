#include "local/execution/destination.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

std::string without(const std::string& path, const std::string& prefix) {
  return path.starts_with(prefix) ? path.substr(prefix.size()) : path;
}

// Below `root`, whatever ".." the path holds.
fs::path below(const fs::path& root, const std::string& path) {
  return root / fs::path("/" + path).lexically_normal().relative_path();
}

}  // namespace

Destination Destination::of(const boost::json::object& named) {
  Destination found;
  if (named.empty()) return found;
  found.kind = named.begin()->key();
  if (!named.begin()->value().is_object()) return found;
  const boost::json::value* path = named.begin()->value().get_object().if_contains("destination");
  if (path != nullptr && path->is_string()) found.path = path->get_string();
  return found;
}

std::optional<fs::path> Destination::local(const fs::path& state_dir) const {
  if (kind == "workspace") return below(state_dir / "workspace", without(path, "/Workspace"));
  if (kind == "volumes") return below(state_dir / "volumes", without(without(path, "dbfs:"), "/Volumes"));
  if (kind == "dbfs") return below(state_dir / "dbfs", without(path, "dbfs:"));
  if (kind == "file") return fs::path(without(path, "file:"));
  return std::nullopt;
}

}  // namespace brickwork::local
