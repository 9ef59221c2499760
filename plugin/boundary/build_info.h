#pragma once

#include "brickwork/plugin.h"

namespace brickwork::boundary {

// What this library is, as JSON that lives as long as the process.
void build_info(bw_text* json);

}  // namespace brickwork::boundary
