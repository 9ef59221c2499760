#pragma once

#include "brickwork/plugin.h"

namespace brickwork::boundary {

// The table of the one exported symbol.
const bw_api& table() noexcept;

}  // namespace brickwork::boundary
