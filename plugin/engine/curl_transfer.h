#pragma once

#include <curl/curl.h>

#include <array>
#include <functional>
#include <string>

#include "engine/loop.h"

namespace brickwork {

// One request inside curl, from curl_easy_init to the outcome. The loop's thread only. Whoever calls `begin` and `end`
// holds NoFork.
class CurlTransfer {
 public:
  CurlTransfer(Loop::Id id, HttpRequest request, std::function<void(Outcome)> done);
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;
  ~CurlTransfer();  // takes NoFork when curl still has it

  // Hands the request to curl; false: it was refused, and `outcome` says why.
  bool begin(CURLM* multi, const std::string& system_ca_file);
  // Curl is done with it: takes it back and fills `outcome`.
  void end(CURLcode result);

  static CurlTransfer& of(CURL* easy);

  Loop::Id id() const { return id_; }
  const HttpRequest& request() const { return request_; }
  Outcome& outcome() { return outcome_; }
  std::function<void(Outcome)>& done() { return done_; }

 private:
  CURLcode set_options(const std::string& system_ca_file);
  CURLcode set_method_and_body();
  CURLcode set_headers();
  CURLcode set_tls(const std::string& system_ca_file);
  void explain(CURLcode result);
  bool went_through_proxy();
  void take_back();

  static std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);

  Loop::Id id_;
  HttpRequest request_;
  const std::string proxy_;  // may hold a password; empty: none
  std::function<void(Outcome)> done_;
  Outcome outcome_;
  std::string refused_;  // why our own code stopped curl
  std::size_t header_bytes_ = 0;
  std::size_t uploaded_ = 0;
  CURLM* multi_ = nullptr;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace brickwork
