#include "boundary/build_info.h"

#include <curl/curlver.h>
#include <openssl/opensslv.h>

#include <atomic>
#include <boost/json.hpp>
#include <boost/version.hpp>
#include <memory>
#include <string>

#include "boundary/schemas.h"
#include "boundary/verbs.h"

namespace brickwork::boundary {
namespace {

namespace json = boost::json;

std::string text() {
  json::array verb_list;
  for (const Verb& verb : verbs()) {
    const std::string name = verb.name;
    verb_list.push_back(json::object{{"number", verb.number},
                                     {"name", name},
                                     {"request", name + "-request/1"},
                                     {"response", name + "-response/1"},
                                     {"pure", verb.pure != nullptr}});
  }
  json::object schema_list;
  for (const Schema& schema : schemas()) schema_list[schema.name] = json::parse(schema.json);
  const json::object document{{"name", "brickwork"},
                              {"version", BRICKWORK_VERSION},
                              {"abi", std::to_string(BW_ABI_MAJOR) + '.' + std::to_string(BW_ABI_MINOR)},
                              {"verbs", std::move(verb_list)},
                              {"secrets", json::array{"token"}},
                              {"libraries", json::object{{"curl", LIBCURL_VERSION},
                                                         {"openssl", OPENSSL_VERSION_TEXT},
                                                         {"boost", BOOST_LIB_VERSION},
                                                         {"compiler", __VERSION__}}},
                              {"resolver", "the system's, through libcurl"},
                              {"schemas", std::move(schema_list)}};
  return json::serialize(document);
}

// Made by whoever asks first, kept for good. No lock that a forked child could find held.
constinit std::atomic<const std::string*> made{nullptr};

}  // namespace

void build_info(bw_text* json) {
  const std::string* known = made.load(std::memory_order_acquire);
  if (known == nullptr) {
    auto mine = std::make_unique<const std::string>(text());
    if (made.compare_exchange_strong(known, mine.get(), std::memory_order_acq_rel)) known = mine.release();
  }
  *json = {known->data(), known->size()};
}

}  // namespace brickwork::boundary
