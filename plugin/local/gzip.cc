#include "local/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "local/http_text.h"

namespace brickwork::local {
namespace {

constexpr std::size_t kSmallest = 1024;
constexpr int kGzipWindow = 15 + 16;  // zlib's way to say gzip

std::string_view trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  const std::size_t end = text.find_last_not_of(" \t");
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

// "gzip;q=0" is a refusal.
bool is_refused(std::string_view parameters) {
  const std::size_t q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  double quality = 1;
  std::from_chars(parameters.data() + q + 2, parameters.data() + parameters.size(), quality);
  return quality <= 0;
}

bool takes_gzip(const Request& request) {
  const auto header = request.headers.find("accept-encoding");
  if (header == request.headers.end()) return false;
  const std::string accepted = lower_case(header->second);
  std::string_view rest = accepted;
  while (!rest.empty()) {
    const std::string_view coding = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), coding.size() + 1));
    const std::size_t semicolon = std::min(coding.find(';'), coding.size());
    if (trim(coding.substr(0, semicolon)) == "gzip") return !is_refused(coding.substr(semicolon));
  }
  return false;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  // The fastest level: the answer is mostly read on this same machine.
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib does not start");
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int ended = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) throw std::runtime_error("zlib cannot compress an answer");
  return packed;
}

}  // namespace

void compress_for(const Request& request, Response& response) {
  const auto named = [](const auto& header) { return lower_case(header.first) == "content-encoding"; };
  if (response.body.size() < kSmallest || std::ranges::any_of(response.headers, named)) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!takes_gzip(request)) return;
  response.body = gzip(response.body);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace brickwork::local
