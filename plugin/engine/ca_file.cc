#include "engine/ca_file.h"

#include <unistd.h>

namespace brickwork {

std::string system_ca_file() {
  for (const char* path : {
           "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Alpine, Arch
           "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL, Amazon Linux
           "/etc/pki/tls/certs/ca-bundle.crt",                   // older RHEL
           "/etc/ssl/ca-bundle.pem",                             // SUSE
           "/etc/ssl/cert.pem",                                  // macOS, OpenBSD
       })
    if (access(path, R_OK) == 0) return path;
  return {};
}

}  // namespace brickwork
