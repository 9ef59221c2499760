#include "local/jobs/time_zone.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace brickwork::local {
namespace {

constexpr std::size_t kHeader = 44;

// RFC 8536: big-endian numbers behind one another.
class Reader {
 public:
  explicit Reader(const std::string& bytes, std::size_t at) : bytes_(bytes), at_(at) {}

  std::int64_t number(std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes_.at(at_++));
    if (size == 4) return static_cast<std::int32_t>(value);
    return static_cast<std::int64_t>(value);
  }
  void skip(std::size_t size) { at_ += size; }

 private:
  const std::string& bytes_;
  std::size_t at_;
};

struct Counts {
  std::size_t ut, std, leap, changes, types, letters;
};

Counts read_counts(const std::string& bytes, std::size_t header) {
  Reader reader(bytes, header + 20);
  const auto next = [&reader] { return static_cast<std::size_t>(reader.number(4)); };
  Counts counts{};
  for (std::size_t* count : {&counts.ut, &counts.std, &counts.leap, &counts.changes, &counts.types, &counts.letters})
    *count = next();
  return counts;
}

// The second block of the file has the same in 64 bits.
std::size_t second_header(const std::string& bytes) {
  const Counts counts = read_counts(bytes, 0);
  return kHeader + counts.changes * 5 + counts.types * 6 + counts.letters + counts.leap * 8 + counts.std + counts.ut;
}

bool is_zone_name(const std::string& name) {
  return !name.empty() && name.front() != '/' && name.find("..") == std::string::npos &&
         std::ranges::all_of(name, [](unsigned char letter) {
           return std::isalnum(letter) != 0 || letter == '/' || letter == '_' || letter == '-' || letter == '+';
         });
}

}  // namespace

std::optional<TimeZone> TimeZone::find(const std::string& name) {
  TimeZone zone;
  if (name == "UTC" || name == "GMT" || name == "Z") {
    zone.offsets_ = {0};
    return zone;
  }
  const std::filesystem::path file = std::filesystem::path("/usr/share/zoneinfo") / name;
  if (!is_zone_name(name) || !std::filesystem::is_regular_file(file)) return std::nullopt;
  std::ifstream in(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!bytes.starts_with("TZif") || bytes.at(4) < '2') return std::nullopt;

  const std::size_t header = second_header(bytes);
  const Counts counts = read_counts(bytes, header);
  Reader reader(bytes, header + kHeader);
  for (std::size_t i = 0; i < counts.changes; ++i) zone.changes_.push_back(reader.number(8));
  std::vector<std::size_t> types{0};
  for (std::size_t i = 0; i < counts.changes; ++i) types.push_back(static_cast<std::size_t>(reader.number(1)));
  std::vector<std::int64_t> offsets;
  for (std::size_t i = 0; i < counts.types; ++i) {
    offsets.push_back(reader.number(4));
    reader.skip(2);
  }
  for (const std::size_t type : types) zone.offsets_.push_back(offsets.at(type));
  return zone;
}

std::chrono::seconds TimeZone::offset_at(std::int64_t utc_seconds) const {
  const auto next = std::ranges::upper_bound(changes_, utc_seconds);
  return std::chrono::seconds(offsets_[static_cast<std::size_t>(next - changes_.begin())]);
}

std::optional<std::int64_t> TimeZone::to_utc(std::int64_t local_seconds) const {
  std::optional<std::int64_t> first;
  // No zone changes its clocks twice in two days, so the offsets of the day before and after are all there can be.
  for (const std::int64_t day : {-86400, 86400}) {
    const std::int64_t utc = local_seconds - offset_at(local_seconds + day).count();
    if (utc + offset_at(utc).count() == local_seconds && (!first || utc < *first)) first = utc;
  }
  return first;
}

}  // namespace brickwork::local
