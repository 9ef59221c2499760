#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <unordered_set>

#include "group/airflow.h"
#include "group/airflow_members.h"
#include "group/flat_index.h"
#include "group/keys.h"

namespace brickwork::group {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxKey = 100;

// One context for all keys of a document: finding the algorithm again would cost more than the digest.
class Md5 {
 public:
  Md5() : algorithm_(EVP_MD_fetch(nullptr, "MD5", nullptr), EVP_MD_free), context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!algorithm_ || !context_) throw std::runtime_error("OpenSSL has no MD5, which task_keys \"md5\" are made with");
  }

  std::string hex(std::string_view text) {
    std::array<unsigned char, 16> digest;
    if (EVP_DigestInit_ex2(context_.get(), algorithm_.get(), nullptr) != 1 ||
        EVP_DigestUpdate(context_.get(), text.data(), text.size()) != 1 ||
        EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1)
      throw std::runtime_error("OpenSSL cannot make an MD5 digest");
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string key;
    key.reserve(2 * digest.size());
    for (unsigned char byte : digest) {
      key += kDigits[byte >> 4];
      key += kDigits[byte & 15];
    }
    return key;
  }

 private:
  std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

// Airflow's own ids, as TaskGroup.child_id makes them: a group that gives no prefix gives not that of its parents
// either.
class TaskIds {
 public:
  explicit TaskIds(const Tree& tree) : prefixes_(tree.groups().size()) {
    const json::object& job = *tree.groups().front().object;
    const json::string* group_id = string_in(job, "group_id");
    for (std::size_t i = 0; i < prefixes_.size(); ++i) {
      const GroupNode& group = tree.groups()[i];
      std::string id = i == 0 ? std::string(group_id != nullptr ? *group_id : json::string())
                              : prefixes_[group.parent] + std::string(group.name);
      const json::value* prefixes = group.object->if_contains("prefix_keys");
      if (prefixes == nullptr || prefixes->is_null() || *prefixes != false) prefixes_[i] = std::move(id) + ".";
    }
  }

  std::string of(const TaskNode& task) const {
    if (const json::string* id = string_in(*task.object, "task_id")) return std::string(*id);
    return prefixes_[task.group] + std::string(task.name);
  }

 private:
  std::vector<std::string> prefixes_;  // of the ids inside each group
};

// Characters as Python counts them.
std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

// The databricks_task_key if the provider would take it, or null.
const json::string* explicit_key(const Tree& tree, const TaskNode& task, Findings& findings) {
  const json::string* key = string_in(*task.object, "databricks_task_key");
  if (key == nullptr || key->empty()) return nullptr;
  const Place task_place = tree.place(task);
  const Place place(task_place, "databricks_task_key");
  if (const std::size_t size = characters(*key); size > kMaxKey) {
    findings.warning(place, "task_key_replaced",
                     "databricks_task_key has " + std::to_string(size) +
                         " characters, the limit is 100: the provider makes a key of its own instead",
                     "shorten it");
    return nullptr;
  }
  if (!is_task_key(*key)) {
    findings.error(place, "bad_task_key",
                   "databricks_task_key is " + quoted(*key) + ", Databricks takes letters, digits, - and _",
                   "write a key of these, 1 to 100 of them");
  }
  return key;
}

void check_unique(const Tree& tree, const std::vector<CompiledTask>& tasks, Findings& findings) {
  FlatIndex first_with_key(tasks.size());
  for (std::uint32_t i = 0; i < tasks.size(); ++i) {
    const std::string& key = tasks[i].task_key;
    const std::uint32_t first = first_with_key.find_or_add(
        FlatIndex::hash(key), i, [&](std::uint32_t other) { return tasks[other].task_key == key; });
    // The same path twice has been reported.
    if (first == FlatIndex::kNone || tasks[first].path == tasks[i].path) continue;
    const Place place = tree.place(tree.tasks()[i]);
    const json::object& task = *tree.tasks()[i].object;
    const std::string_view said_by = has(task, "databricks_task_key") ? "databricks_task_key"
                                     : has(task, "task_id")           ? "task_id"
                                                                      : "task_key";
    findings.error(
        Place(place, said_by), "duplicate_task_key",
        quoted(tasks[i].path) + " and " + quoted(tasks[first].path) + " would both have the key " + quoted(key),
        "give one of them another id or databricks_task_key");
  }
}

void check_entry(const json::value& entry, const std::unordered_set<std::string_view>& keys, const Place& place,
                 Findings& findings) {
  const json::object* object = entry.if_object();
  const json::string* key = object != nullptr ? string_in(*object, "task_key") : nullptr;
  if (key == nullptr) {
    findings.error(place, "wrong_type", "an entry of depends_on is " + shown(entry) + " without a task_key",
                   "write {\"task_key\": ...} with Databricks' own key");
  } else if (!keys.contains(*key)) {
    findings.error(
        place, "unknown_dependency",
        "no task of the job has the key " + quoted(*key) + ", and inside task_config depends_on names keys, not tasks",
        "write the dependency beside task_config, or the key that the task has in the job");
  }
}

}  // namespace

std::vector<CompiledTask> airflow_keys_of(const Tree& tree, Findings& findings) {
  const json::object& job = *tree.groups().front().object;
  const json::string* scheme = string_in(job, "task_keys");
  const json::string* dag_id = string_in(job, "dag_id");
  std::vector<CompiledTask> tasks;
  const bool is_md5 = scheme != nullptr && *scheme == "md5" && dag_id != nullptr;
  if (is_md5) {
    Md5 md5;
    const TaskIds ids(tree);
    const std::string prefix = std::string(*dag_id) + "__";
    tasks.reserve(tree.tasks().size());
    for (const TaskNode& task : tree.tasks())
      tasks.push_back({.path = tree.path_of(task), .task_key = md5.hex(prefix + ids.of(task))});
  } else {
    tasks = keys_of(tree, findings);
  }
  bool is_readable = !is_md5;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const json::string* key = explicit_key(tree, tree.tasks()[i], findings);
    if (key == nullptr) continue;
    tasks[i].task_key = *key;
    is_readable = false;
  }
  if (!is_readable) check_unique(tree, tasks, findings);
  return tasks;
}

void check_airflow_dependencies(const Tree& tree, const std::vector<CompiledTask>& tasks, Findings& findings) {
  std::unordered_set<std::string_view> keys;
  for (const TaskNode& task : tree.tasks()) {
    const json::object* config = config_of(*task.object);
    const json::value* depends_on = config != nullptr ? config->if_contains("depends_on") : nullptr;
    if (depends_on == nullptr) continue;
    if (keys.empty()) {
      for (const CompiledTask& one : tasks) keys.insert(one.task_key);
    }
    const Place task_place = tree.place(task);
    const Place config_place(task_place, "task_config");
    const Place place(config_place, "depends_on");
    if (!check_type(*depends_on, {.name = "depends_on", .type = Type::kArray}, place, findings)) continue;
    if (!depends_on->is_array()) continue;
    const json::array& entries = depends_on->get_array();
    for (std::size_t i = 0; i < entries.size(); ++i) check_entry(entries[i], keys, Place(place, i), findings);
    const json::array* own = array_in(*task.object, "depends_on");
    if (own == nullptr || own->empty()) continue;
    findings.warning(place, "depends_on_replaced",
                     "this depends_on is sent in place of the one beside task_config, as the provider does",
                     "take it out of task_config");
  }
}

}  // namespace brickwork::group
