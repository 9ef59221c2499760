#pragma once

#include "local/resources/signed_urls.h"
#include "local/resources/volume_files.h"
#include "local/router.h"
#include "local/workspace.h"

namespace brickwork::local {

// What the routes of files share.
struct FileService {
  const Workspace& workspace;
  VolumeFiles files;
  SignedUrls urls;
  std::function<std::int64_t()> now_ms;
};

// Files 2.0: files, directories, and uploads in parts.
void add_files(Router& router, FileService& service);
void add_directories(Router& router, FileService& service);
void add_multipart_uploads(Router& router, FileService& service);

// The file as an answer, with what Range and If-Unmodified-Since ask of it.
Response file_response(const VolumeFiles& files, const std::string& path, const Request& request);

// The path in {path...} of a route.
std::string path_of(const Request& request);
bool overwrite_of(const Request& request);

}  // namespace brickwork::local
