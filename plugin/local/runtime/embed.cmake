# Writes the Python runtime into one C++ source: cmake -DOUTPUT=... -DDIRECTORY=... -DFILES=a.py;b.py -P embed.cmake
set(text "#include \"local/execution/runtime_files.h\"\n\nnamespace brickwork::local {\n\n")
string(APPEND text "const std::vector<RuntimeFile>& runtime_files() {\n  static const std::vector<RuntimeFile> files{\n")
foreach(file IN LISTS FILES)
  file(READ "${DIRECTORY}/${file}" content)
  # The longest string literal that every compiler takes is 64 KiB; no file of ours comes near.
  string(APPEND text "      {\"${file}\", R\"brickwork(${content})brickwork\"},\n")
endforeach()
string(APPEND text "  };\n  return files;\n}\n\n}  // namespace brickwork::local\n")
file(WRITE "${OUTPUT}" "${text}")
