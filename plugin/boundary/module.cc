#include "boundary/table.h"

// The only symbol that leaves the library; exports.map names it again, for what templates would add.
extern "C" const bw_api* bw_plugin_api(uint32_t abi_major) {
  return abi_major == BW_ABI_MAJOR ? &brickwork::boundary::table() : nullptr;
}
