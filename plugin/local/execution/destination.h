#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <optional>
#include <string>

namespace brickwork::local {

// {"dbfs" | "volumes" | "workspace" | "file": {"destination": ...}}, as init scripts and cluster_log_conf have it.
struct Destination {
  std::string kind;
  std::string path;  // as the user wrote it

  static Destination of(const boost::json::object& named);
  // Where it is on this machine; nothing for storage that this machine does not have.
  std::optional<std::filesystem::path> local(const std::filesystem::path& state_dir) const;
};

}  // namespace brickwork::local
