// What is said of a transfer that brought no answer, and whether the server may have taken the request.

#include <string_view>

#include "engine/curl_transfer.h"

namespace brickwork {
namespace {

std::string origin(const std::string& url) { return url.substr(0, url.find_first_of("/?#", url.find("://") + 3)); }

const char* what_broke(CURLcode result, bool sent) {
  switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return "its name was not found";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the name of the proxy was not found (HTTPS_PROXY or proxy.url)";
    case CURLE_SSL_CERTPROBLEM:
      return "the client certificate could not be used (tls.client_certificate_file, tls.client_key_file)";
    case CURLE_COULDNT_CONNECT:
      return "nothing answers there";
    case CURLE_OPERATION_TIMEDOUT:
      return sent ? "the connection went silent before the answer" : "no connection came about in time";
    case CURLE_PEER_FAILED_VERIFICATION:
      return "its certificate was not accepted (tls.ca_file names the authorities to trust)";
    case CURLE_SSL_CACERT_BADFILE:
      return "the file of trusted certificates could not be read (tls.ca_file or SSL_CERT_FILE)";
    case CURLE_SSL_CONNECT_ERROR:
      return "TLS could not be agreed (is the port one of https, and tls.ca_file the server's authority?)";
    case CURLE_URL_MALFORMAT:
      return "its address is not a valid URL";
    case CURLE_UNSUPPORTED_PROTOCOL:
      return sent ? "what it answered is not HTTP" : "its address is neither http nor https";
    case CURLE_PARTIAL_FILE:
      return "the answer broke off";
    case CURLE_GOT_NOTHING:
      return "the connection was closed instead of an answer";
    default:
      return sent ? "the connection broke before the answer was complete" : "the request could not be sent";
  }
}

bool breaks_again(CURLcode result, std::string_view detail) {
  switch (result) {
    // What OpenSSL says of itself ("error:0A00010B:SSL routines::wrong version number") is a decision of one side; a
    // connection that broke during the handshake comes as a system error.
    case CURLE_SSL_CONNECT_ERROR:
      return detail.find("error:") != detail.npos;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_UNKNOWN_OPTION:
    case CURLE_NOT_BUILT_IN:
      return true;
    default:
      return false;
  }
}

}  // namespace

// Bytes that left curl may have arrived, so the first of them decides. A reset of a reused connection is no exception:
// the server may have read the request before it closed.
void CurlTransfer::explain(CURLcode result) {
  long sent = 0;
  if (curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent) != CURLE_OK) sent = 1;
  if (!proxy_.empty() && !went_through_proxy()) sent = 0;  // what was sent is the proxy's CONNECT
  if (uploaded_ > 0) sent = 1;                             // on a connection before this one
  outcome_.reached = sent > 0 ? Reached::kMaybeTaken : Reached::kNotSent;
  const char* detail = error_[0] != '\0' ? error_.data() : curl_easy_strerror(result);
  outcome_.permanent = !refused_.empty() || breaks_again(result, detail);
  outcome_.unknown_host = result == CURLE_COULDNT_RESOLVE_HOST;
  outcome_.response = {};
  try {
    outcome_.failure = origin(request_.url) + (proxy_.empty() ? ": " : " by way of a proxy: ");
    outcome_.failure += refused_.empty() ? std::string(what_broke(result, sent > 0)) + ": " + detail : refused_;
  } catch (const std::bad_alloc&) {  // a transfer ends all the same
    outcome_.failure = "out of memory";
  }
}

// Whether the server itself could have seen a byte of the request: behind a proxy, once TLS with it was agreed.
bool CurlTransfer::went_through_proxy() {
  if (request_.url.rfind("https://", 0) != 0) return true;
  long connects = 0;  // none: the connection is one that was used before
  if (curl_easy_getinfo(easy_, CURLINFO_NUM_CONNECTS, &connects) != CURLE_OK || connects == 0) return true;
  curl_off_t handshake = 0;
  return curl_easy_getinfo(easy_, CURLINFO_APPCONNECT_TIME_T, &handshake) != CURLE_OK || handshake > 0;
}

}  // namespace brickwork
