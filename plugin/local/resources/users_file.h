#pragma once

#include <filesystem>

#include "local/resources/user_store.h"

namespace brickwork::local {

// {"users": [{"user_name": "ann@example.com", "display_name": "Ann", "groups": ["data"], "token_file": "ann.token",
// "tokens": ["dapi..."]}]}: makes those that are not there yet, with their groups and tokens. A token_file is read, or
// made and written, as --token-file is; its path is taken from where `file` lies. A file that holds tokens itself must
// be for its owner alone. Throws std::runtime_error with every finding.
void read_users_file(const std::filesystem::path& file, UserStore& users);

}  // namespace brickwork::local
