#pragma once

#include <string>
#include <string_view>

namespace brickwork::local {

// A notebook as a page: readable as it is, with the whole notebook in it in the form that Databricks' own pages have,
// so that an exported page can be imported again, here and there.
std::string html_of_source(std::string_view source, const std::string& language, const std::string& name);

// The source format of the notebook in such a page; throws INVALID_PARAMETER_VALUE when there is none. `language` is
// filled from it.
std::string source_of_html(std::string_view page, std::string& language);

}  // namespace brickwork::local
