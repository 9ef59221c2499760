#include "engine/version.h"

namespace brickwork {

const char* version() { return BRICKWORK_VERSION; }

}  // namespace brickwork
