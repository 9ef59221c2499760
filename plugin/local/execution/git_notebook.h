#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace brickwork::local {

struct GitNotebook {
  std::filesystem::path file;  // in source format
  std::string language;        // PYTHON, SQL, SCALA or R
};

// The notebook that is called `named` in a checkout, where its extension is no part of its name. A .ipynb is written in
// source format into `converted`; a file without a notebook's first line is none.
std::optional<GitNotebook> notebook_in_checkout(const std::filesystem::path& named,
                                                const std::filesystem::path& converted);

}  // namespace brickwork::local
