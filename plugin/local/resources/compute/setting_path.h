#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace brickwork::local {

// A member of a cluster's settings as policies name it. In spark_conf, spark_env_vars and custom_tags the rest of the
// path is one name, dots and all; a number or * counts in a list.
class SettingPath {
 public:
  explicit SettingPath(std::string_view text);

  const std::string& text() const { return text_; }
  const std::string& top() const { return names_.front(); }
  bool is_of_every_entry() const;

  // None, or one for each entry that * stands for.
  std::vector<const boost::json::value*> find(const boost::json::object& spec) const;
  // Makes the objects and lists on the way, unless something else is there. Nothing happens for a path with *.
  void set(boost::json::object& spec, const boost::json::value& value) const;

 private:
  std::string text_;
  std::vector<std::string> names_;
};

// As error texts and comparisons have it: without the quotes of a string.
std::string setting_text(const boost::json::value& value);

}  // namespace brickwork::local
