#include "engine/wiped_memory.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace brickwork {
namespace {

extern "C" {

static void wiping_free(void* memory) {
  if (memory != nullptr) OPENSSL_cleanse(memory, malloc_usable_size(memory));
  std::free(memory);
}

static void* wiping_realloc(void* memory, std::size_t size) {
  if (memory == nullptr) return std::malloc(size);
  const std::size_t old_size = malloc_usable_size(memory);
  if (size <= old_size && size > old_size / 2) return memory;
  void* moved = std::malloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, memory, std::min(size, old_size));
  wiping_free(memory);
  return moved;
}

static CURLcode set_plaintext_option(CURL*, void* context, void*) {
  SSL_CTX_set_options(static_cast<SSL_CTX*>(context), SSL_OP_CLEANSE_PLAINTEXT);
  return CURLE_OK;
}
}

}  // namespace

CURLcode initialise_curl() {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, &std::malloc, &wiping_free, &wiping_realloc, &strdup, &std::calloc);
}

CURLcode wipe_plaintext(CURL* easy) {
  const CURLcode code = curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, &set_plaintext_option);
  return code == CURLE_NOT_BUILT_IN || code == CURLE_UNKNOWN_OPTION ? CURLE_OK : code;  // another library's TLS
}

}  // namespace brickwork
