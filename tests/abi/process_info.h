#pragma once

#include <dirent.h>
#include <sys/resource.h>

#include <chrono>
#include <fstream>
#include <set>
#include <string>

namespace brickwork::abi_test {

inline std::set<std::string> entries_of(const char* folder) {
  std::set<std::string> names;
  DIR* open = opendir(folder);
  while (const dirent* entry = readdir(open))
    if (entry->d_name[0] != '.') names.insert(entry->d_name);
  closedir(open);
  return names;
}

inline std::size_t threads() { return entries_of("/proc/self/task").size(); }

// One of them is the folder that is being read.
inline std::size_t descriptors() { return entries_of("/proc/self/fd").size() - 1; }

inline std::size_t mapped_files() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) count += line.find('/') != std::string::npos;
  return count;
}

inline std::chrono::microseconds cpu_time() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto microseconds = [](const timeval& t) { return t.tv_sec * 1'000'000LL + t.tv_usec; };
  return std::chrono::microseconds(microseconds(usage.ru_utime) + microseconds(usage.ru_stime));
}

}  // namespace brickwork::abi_test
