#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace brickwork::group {

// Numbers found by what they stand for, in one block of memory: a node for each of thousands of names would cost more
// than everything else that is done with them. The owner keeps the names and says which number has which.
class FlatIndex {
 public:
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

  explicit FlatIndex(std::size_t expected = 0) {
    std::size_t size = slots_.size();
    while (size < 2 * expected) size *= 2;
    slots_.resize(size);
  }

  static std::size_t hash(std::string_view name) { return std::hash<std::string_view>()(name); }

  // The number that is there for this name, or kNone after adding `number`. `is_same` compares with a number's name.
  template <class IsSame>
  std::uint32_t find_or_add(std::size_t hash, std::uint32_t number, IsSame is_same) {
    if (2 * (used_ + 1) > slots_.size()) grow();
    const std::uint32_t part = part_of(hash);
    Slot& slot = slots_[find_slot(part, is_same)];
    if (slot.number != kNone) return slot.number;
    slot = {part, number};
    ++used_;
    return kNone;
  }

  template <class IsSame>
  std::uint32_t find(std::size_t hash, IsSame is_same) const {
    return slots_[find_slot(part_of(hash), is_same)].number;
  }

 private:
  // Half of the hash, for the sake of the processor's cache: it places a name, and is_same has the last word.
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = kNone;
  };

  static std::uint32_t part_of(std::size_t hash) { return static_cast<std::uint32_t>(hash ^ hash >> 32); }

  template <class IsSame>
  std::size_t find_slot(std::uint32_t hash, IsSame is_same) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = hash & mask;
    while (slots_[at].number != kNone && (slots_[at].hash != hash || !is_same(slots_[at].number))) at = (at + 1) & mask;
    return at;
  }

  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.number != kNone) slots_[find_slot(slot.hash, [](std::uint32_t) { return false; })] = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(16);
  std::size_t used_ = 0;
};

}  // namespace brickwork::group
