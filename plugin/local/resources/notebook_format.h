#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

// Notebooks in their two forms. The workspace keeps source format: cells separated by "# COMMAND ----------", cells of
// another language behind "# MAGIC".

// Whether the first line says that a file is a notebook, and of which language; "" when it does not.
std::string notebook_language(std::string_view text);
// The language that a file name's extension stands for; "" for none.
std::string language_of_extension(std::string_view path);

// The source format of a .ipynb document; throws INVALID_PARAMETER_VALUE when it is none. Outputs are dropped.
// `language` is filled from the document's metadata.
std::string source_of_ipynb(std::string_view document, std::string& language);
std::string ipynb_of_source(std::string_view source, const std::string& language);

// The cells as they are typed: without the comment that keeps cells of another language. And back.
std::vector<std::string> cells_of_source(std::string_view source, const std::string& language);
std::string source_of_cells(const std::vector<std::string>& cells, const std::string& language);

// The header line is put first when it is missing, as Databricks does on export.
std::string with_header(std::string_view source, const std::string& language);

}  // namespace brickwork::local
