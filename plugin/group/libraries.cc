#include "group/libraries.h"

#include "group/members.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr MemberRule kPackage[] = {{"package", Type::kString, true}, {"repo", Type::kString}};
constexpr MemberRule kMaven[] = {
    {"coordinates", Type::kString, true}, {"repo", Type::kString}, {"exclusions", Type::kStrings}};
constexpr MemberRule kLibrary[] = {{.name = "pypi", .type = Type::kObject, .members = kPackage},
                                   {"whl", Type::kString},
                                   {"jar", Type::kString},
                                   {.name = "maven", .type = Type::kObject, .members = kMaven},
                                   {"requirements", Type::kString},
                                   {.name = "cran", .type = Type::kObject, .members = kPackage},
                                   {"egg", Type::kString}};

// The name of a PyPI or Maven package without its version; empty for everything else.
std::string_view package_of(const json::value& library) {
  const json::object* object = library.if_object();
  if (object == nullptr) return {};
  if (const json::object* pypi = object_in(*object, "pypi")) {
    const json::string* package = string_in(*pypi, "package");
    if (package == nullptr) return {};
    const std::string_view text = *package;
    return text.substr(0, text.find_first_of("=<>!~ ;[@"));
  }
  if (const json::object* maven = object_in(*object, "maven")) {
    const json::string* coordinates = string_in(*maven, "coordinates");
    if (coordinates == nullptr) return {};
    const std::string_view text = *coordinates;
    return text.substr(0, text.rfind(':'));
  }
  return {};
}

void check_library(const json::object& library, const Place& place, Findings& findings) {
  std::size_t known = 0;
  for (const auto& [name, value] : library) {
    for (const MemberRule& rule : kLibrary) known += rule.name == std::string_view(name) && !value.is_null() ? 1 : 0;
  }
  check_members(library, kLibrary, "a library", place, findings);
  // What is no member of today's libraries may be one of tomorrow's.
  if (known == 1 || (known == 0 && !library.empty())) return;
  findings.error(place, "one_of",
                 known == 0 ? std::string("the library is empty")
                            : "the library is of " + std::to_string(known) + " sorts, an entry can be of one",
                 "write one entry for each of pypi, whl, jar, maven, requirements and cran");
}

}  // namespace

void check_libraries(const json::array& libraries, const Place& place, Findings& findings) {
  for (std::size_t i = 0; i < libraries.size(); ++i) {
    const Place entry(place, i);
    if (!check_type(libraries[i], {.name = "a library", .type = Type::kObject}, entry, findings)) continue;
    if (const json::object* library = libraries[i].if_object()) check_library(*library, entry, findings);
  }
}

void check_library_levels(const json::array& own, const json::array& inherited, const Place& place,
                          Findings& findings) {
  for (std::size_t i = 0; i < own.size(); ++i) {
    const std::string_view package = package_of(own[i]);
    if (package.empty()) continue;
    for (const json::value& other : inherited) {
      if (package_of(other) != package || other == own[i]) continue;
      findings.warning(Place(place, i), "library_at_both_levels",
                       quoted(package) + " is in the defaults too, written differently: the cluster is asked for both",
                       "write it at one level, or the same at both");
      break;
    }
  }
}

}  // namespace brickwork::group
