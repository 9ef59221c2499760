#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

namespace brickwork::local::pages {

// Markup that a programmer wrote: only a literal makes one, so nothing that came from outside can.
class Markup {
 public:
  consteval explicit Markup(const char* text) : text_(text) {}
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

consteval Markup operator""_html(const char* text, std::size_t) { return Markup(text); }

// A piece of a page. Whatever is not Markup or Html is text and escaped, in elements and in quoted attributes alike.
class Html {
 public:
  Html() = default;
  Html(Markup markup) : text_(markup.text()) {}

  Html& operator<<(Markup markup) {
    text_ += markup.text();
    return *this;
  }
  Html& operator<<(const Html& piece) {
    text_ += piece.text_;
    return *this;
  }
  Html& operator<<(std::string_view text);
  Html& operator<<(std::integral auto number) {
    text_ += std::to_string(number);
    return *this;
  }

  bool empty() const { return text_.empty(); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace brickwork::local::pages
