#include "engine/proxy.h"

#include <gtest/gtest.h>

namespace brickwork {
namespace {

constexpr char kProxy[] = "http://proxy:3128";

bool goes_through(const char* url, const char* none_for) {
  return !proxy_for(url, {.https = kProxy, .http = kProxy, .none_for = none_for}).empty();
}

TEST(Proxy, IsChosenByTheSchemeOfTheAddress) {
  const Proxies proxies{.https = "secure:1", .http = "http://plain:2", .none_for = ""};
  EXPECT_EQ(proxy_for("https://h/x", proxies), "http://secure:1");
  EXPECT_EQ(proxy_for("http://h/x", proxies), "http://plain:2");
  EXPECT_EQ(proxy_for("https://h/x", {}), "");
}

TEST(Proxy, IsNeverAskedForThisMachineOrAMetadataService) {
  for (const char* url : {"http://localhost:80/", "https://127.0.0.1:1/", "https://[::1]:1/x",
                          "http://169.254.169.254/x", "http://metadata.google.internal/x", "http://a.localhost/"})
    EXPECT_FALSE(goes_through(url, "")) << url;
  EXPECT_TRUE(goes_through("https://localhost.example/", ""));
}

TEST(Proxy, IsLeftOutForWhatTheListNames) {
  struct Case {
    const char* url;
    const char* list;
    bool direct;
  };
  const Case cases[] = {{"https://a.example/x", "example", true},
                        {"https://example/x", "example", true},
                        {"https://anexample/x", "example", false},
                        {"https://a.EXAMPLE./x", " b, Example ", true},
                        {"https://a.example/x", ".example", true},
                        {"https://example/x", ".example", false},
                        {"https://a.example/x", "*.example", true},
                        {"https://a.example/x", "*", true},
                        {"https://a.example:8443/x", "example:443", false},
                        {"https://a.example/x", "example:443", true},
                        {"http://10.1.2.3/x", "10.0.0.0/8", true},
                        {"http://11.1.2.3/x", "10.0.0.0/8", false},
                        {"http://10.1.2.3/x", "10.1.2.0/31", false},
                        {"https://[fd00::1]/x", "fd00::/8", true},
                        {"https://[fd00::1]:8/x", "[fd00::1]:8", true},
                        {"https://[fd00::1]/x", "fd00::1", true},
                        {"https://a.example/x", ",, ,", false},
                        {"https://user@a.example/x", "a.example", true},
                        {"https://10.0.0.1/x", "10.0.0.0/99", false},
                        {"https://10.0.0.1/x", "10.0.0.0/x", false}};
  for (const Case& one : cases) EXPECT_EQ(goes_through(one.url, one.list), !one.direct) << one.url << " " << one.list;
}

}  // namespace
}  // namespace brickwork
