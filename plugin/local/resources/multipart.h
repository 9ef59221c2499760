#pragma once

#include <string>
#include <vector>

#include "local/router.h"

namespace brickwork::local {

struct FormPart {
  std::string name;
  std::string file_name;
  std::string content;
};

// multipart/form-data, which workspace/import and dbfs/put take besides JSON.
bool is_form(const Request& request);
std::vector<FormPart> form_parts(const Request& request);  // MALFORMED_REQUEST when it is cut off

}  // namespace brickwork::local
