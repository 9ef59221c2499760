#include "local/execution/git_notebook.h"

#include <fstream>
#include <sstream>

#include "local/resources/notebook_format.h"
#include "local/workspace.h"

namespace brickwork::local {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

std::optional<GitNotebook> read_notebook(const fs::path& file, const fs::path& converted) {
  // A link may lead anywhere on this machine, and the repository says where.
  if (!fs::is_regular_file(fs::symlink_status(file))) return std::nullopt;
  const std::string content = content_of(file);
  if (file.extension() != ".ipynb") {
    std::string language = notebook_language(content);
    if (language.empty()) return std::nullopt;
    return GitNotebook{file, std::move(language)};
  }
  GitNotebook notebook{converted / ("notebook-" + std::to_string(new_id())), ""};
  const std::string source = source_of_ipynb(content, notebook.language);
  std::ofstream out(notebook.file, std::ios::binary);
  out << source;
  if (!out.flush()) throw std::runtime_error("cannot write " + notebook.file.string());
  return notebook;
}

}  // namespace

std::optional<GitNotebook> notebook_in_checkout(const fs::path& named, const fs::path& converted) {
  for (const char* extension : {"", ".py", ".ipynb", ".sql", ".scala", ".r", ".R"})
    if (auto found = read_notebook(named.string() + extension, converted)) return found;
  return std::nullopt;
}

}  // namespace brickwork::local
