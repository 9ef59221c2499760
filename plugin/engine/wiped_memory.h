#pragma once

#include <curl/curl.h>

namespace brickwork {

// libcurl and OpenSSL copy requests and answers, credentials among them, and free those copies as they are: a core file
// of the host would show them. Both can be told better.

// curl_global_init with an allocator that overwrites what it frees. Where the host has initialised libcurl before us
// its allocator stays; where it does so afterwards, its copies are overwritten, too. The library is never unloaded, so
// the allocator stays valid.
CURLcode initialise_curl();

// OpenSSL overwrites its plaintext copies of what a connection of this transfer received.
CURLcode wipe_plaintext(CURL* easy);

}  // namespace brickwork
