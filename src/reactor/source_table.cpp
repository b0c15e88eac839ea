#include "reactor/source_table.hpp"

#include "base/contract.hpp"

namespace quiesce::inline v0::reactor {

source_table::~source_table() {
  if (used_ != 0) base::bug("a source of the reactor was registered for longer than the reactor was referred to");
}

source_id source_table::id_of(std::uint32_t index, std::uint32_t generation) noexcept {
  return static_cast<source_id>(std::uint64_t{generation} << 32 | index);
}

source_table::slot* source_table::used_slot(source_id id) noexcept {
  const auto index = static_cast<std::uint32_t>(id);
  if (index >= slots_.size()) return nullptr;
  slot& at = slots_[index];
  return at.holds != nullptr && id_of(index, at.generation) == id ? &at : nullptr;
}

void source_table::insert(source& added, source_id& id) {
  const std::lock_guard hold(lock_);
  if (first_free_ == none) {
    slots_.emplace_back();
    first_free_ = static_cast<std::uint32_t>(slots_.size() - 1);
  }
  const std::uint32_t index = first_free_;
  slot& at = slots_[index];
  first_free_ = at.next_free;
  at.holds = &added;
  ++used_;
  id = id_of(index, at.generation);
}

void source_table::erase(source_id id) noexcept {
  const std::lock_guard hold(lock_);
  slot* const at = used_slot(id);
  if (at == nullptr) base::bug("a source of the reactor was removed that is not registered");
  at->holds = nullptr;
  if (++at->generation == 0) at->generation = 1;
  at->next_free = first_free_;
  first_free_ = static_cast<std::uint32_t>(id);
  --used_;
}

source* source_table::find(source_id id) noexcept {
  const std::lock_guard hold(lock_);
  slot* const at = used_slot(id);
  return at != nullptr && at->holds->try_reference() ? at->holds : nullptr;
}

}  // namespace quiesce::inline v0::reactor
