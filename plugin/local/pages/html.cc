#include "local/pages/html.h"

namespace brickwork::local::pages {

Html& Html::operator<<(std::string_view text) {
  for (const char letter : text) {
    switch (letter) {
      case '&':
        text_ += "&amp;";
        break;
      case '<':
        text_ += "&lt;";
        break;
      case '>':
        text_ += "&gt;";
        break;
      case '"':
        text_ += "&quot;";
        break;
      case '\'':
        text_ += "&#39;";
        break;
      case '\0':  // no document may hold one
        text_ += "\xef\xbf\xbd";
        break;
      default:
        text_ += letter;
    }
  }
  return *this;
}

}  // namespace brickwork::local::pages
