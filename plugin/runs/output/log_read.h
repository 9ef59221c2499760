#pragma once

#include "rest/client.h"
#include "runs/output/log_place.h"

namespace brickwork::runs {

// The most that one request reads: DBFS gives no more.
inline constexpr std::int64_t kLogPiece = std::int64_t{1} << 20;

// Up to kLogPiece bytes of a file from `offset` on: one request (dbfs/read, or a range of fs/files). Nothing behind its
// end and where there is no such file yet.
Task<Result<std::string>> read_piece(Context& context, RestClient& client, LogPlace::Kind kind, std::string path,
                                     std::int64_t offset);

// The names of the files of a directory: one request. Empty when there is none.
Task<Result<std::vector<std::string>>> file_names(Context& context, RestClient& client, LogPlace::Kind kind,
                                                  std::string directory);

}  // namespace brickwork::runs
