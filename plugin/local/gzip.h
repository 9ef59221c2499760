#pragma once

#include "local/router.h"

namespace brickwork::local {

// Compresses the body for a client that takes gzip; one too small to gain from it is left alone.
void compress_for(const Request& request, Response& response);

}  // namespace brickwork::local
