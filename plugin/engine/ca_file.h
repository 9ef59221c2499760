#pragma once

#include <string>

namespace brickwork {

// Where this machine keeps the certificates it trusts, as one PEM file; empty when it is in none of the usual places. A
// bundled OpenSSL looks where it was built, not where it runs, so somebody has to look.
std::string system_ca_file();

}  // namespace brickwork
