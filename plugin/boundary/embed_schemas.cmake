# cmake -DFOLDER=abi/schema -DOUTPUT=schemas.cc -P embed_schemas.cmake: the schemas as C++ text, so that the library can
# show them wherever it was copied to. group-1.json is "group/1"; a raw string literal ends where nobody writes ")schema".
file(GLOB files "${FOLDER}/*.json")
set(entries "")
foreach(file IN LISTS files)
  string(REGEX REPLACE "\\.json$" "" stem "${file}")
  get_filename_component(stem "${stem}" NAME)
  string(REGEX REPLACE "-([0-9]+)$" "/\\1" name "${stem}")
  file(READ "${file}" text)
  string(APPEND entries "    {\"${name}\", R\"schema(${text})schema\"},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"boundary/schemas.h\"

namespace brickwork::boundary {
namespace {

constexpr Schema kSchemas[] = {
${entries}};

}  // namespace

std::span<const Schema> schemas() { return kSchemas; }

}  // namespace brickwork::boundary
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
file(REMOVE "${OUTPUT}.new")
