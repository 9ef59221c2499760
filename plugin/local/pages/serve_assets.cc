#include "local/pages/assets.h"
#include "local/pages/room.h"

namespace brickwork::local::pages {

void add_assets(Router& router) {
  const auto serve = [&](const char* path, std::string_view content, const char* type) {
    router.add(
        "GET", path,
        [content, type](const Request&) {
          Response response{.body = std::string(content), .content_type = type};
          response.headers = {{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "max-age=60"}};
          return response;
        },
        Router::Access::kPublic);
  };
  serve("/pages/style.css", kStyleSheet, "text/css; charset=utf-8");
  serve("/pages/live.js", kLiveScript, "text/javascript; charset=utf-8");
  serve("/pages/icon.svg", kIcon, "image/svg+xml");
}

}  // namespace brickwork::local::pages
