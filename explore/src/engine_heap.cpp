/// The program's heap: blocks that are handed out a second time, and blocks that nobody gave back.
#include <cstdio>
#include <utility>

#include "engine.hpp"
#include "own_memory.hpp"
#include "real.hpp"
#include "writable_memory.hpp"

namespace explore {
namespace {

// Of all blocks of one size, since it is among these that an allocation chooses: no address of a word.
constexpr std::uintptr_t size_key = std::uintptr_t{1} << 62;

constexpr std::size_t most_of_any_machine = std::size_t{1} << 47;  // what a process can address

operation step_on_size(op what, std::uint32_t object, std::uintptr_t pc) noexcept {
  operation made;
  made.what = what;
  made.pc = pc;
  made.touches(object, access_mode::write);
  return made;
}

}  // namespace

// --- Reuse ----------------------------------------------------------------------------------------------------------

// An allocation depends on the frees of its size before it, and those after it on it if it takes a block away.
void* engine::allocate(std::size_t size, std::size_t alignment, std::uintptr_t pc) noexcept {
  if (!running_) return heap_.allocate(size, alignment);
  if (most_reuses_ == 0) {
    void* const memory = heap_.allocate(size, alignment);
    if (memory == nullptr) refuse_memory(size, pc);
    if (memory != nullptr) note_block(memory, size, pc);
    return memory;
  }
  self().pending.pc = pc;
  operation next = step_on_size(op::heap_allocate, object_at(size_key + size), pc);
  announce(next);
  const heap::freed_block old = heap_.newest_freed(size, alignment);
  int chosen = 0;
  if (old.found != nullptr && reuses_ >= most_reuses_) {
    limited_reuses_ = true;
  } else if (old.found != nullptr) {
    chosen = search_->pick(*this, 2);
    if (chosen == search::lost) end_execution(ending::lost);
  }
  void* memory;
  if (chosen != 0) {
    ++reuses_;
    note_pick(static_cast<unsigned>(chosen));
    next.picked = static_cast<std::uint16_t>(chosen);
    memory = heap_.allocate_again(*old.found);
    const auto address = reinterpret_cast<std::uintptr_t>(memory);
    shadow_.hand_out_again(address, size);
    forget_objects(address, size);
  } else {
    next.on[0].mode = access_mode::read;
    memory = heap_.allocate(size, alignment);
    if (memory == nullptr) refuse_memory(size, pc);
  }
  traced_event* const event = make(next);
  if (chosen != 0) acquire_from(*old.happened);
  event->object = reinterpret_cast<std::uintptr_t>(memory);
  event->before = size;
  event->after = static_cast<std::uint64_t>(chosen);
  if (memory != nullptr) note_block(memory, size, pc);
  return memory;
}

// A machine would have had room for it: only what no address space holds is refused to the program, as the system does.
void engine::refuse_memory(std::size_t size, std::uintptr_t pc) noexcept {
  if (size > most_of_any_machine) return;
  self().pending.pc = pc;
  fail(verdict::not_modelled, "more than %zu MiB of memory in one execution, counting what was freed", heap_size >> 20);
}

void engine::announce_free(heap::block& given, std::uintptr_t pc) noexcept {
  self().pending.pc = pc;
  if (most_reuses_ == 0) return;
  operation next = step_on_size(op::heap_free, object_at(size_key + given.size), pc);
  next.address = reinterpret_cast<std::uintptr_t>(&given + 1);
  announce(next);
  make(next);
}

void engine::give_back(heap::block& given) noexcept {
  heap_.give_back(given);
  release(reinterpret_cast<std::uintptr_t>(&given + 1), given.size);
  if (most_reuses_ == 0) return;
  if (const heap::freed_block now = heap_.newest_freed(given.size, 1); now.found == &given) release_to(*now.happened);
}

bool engine::is_no_allocation(std::uintptr_t address) noexcept {
  constexpr std::uintptr_t stacks = arena_begin + heap_size;  // and the variables of their threads
  if (address - stacks < carriers::end_of_stacks - stacks) return true;
  if (address - driver_stack_begin_ < driver_stack_end_ - driver_stack_begin_) return true;
  for (std::size_t i = 0; i < segments_.count(); ++i) {
    if (address - segments_.begin(i) < segments_.size(i)) return true;
  }
  bool is_found = false;
  carriers_.see_variables(0, [&](std::uintptr_t begin, std::size_t size) { is_found |= address - begin < size; });
  const bool was_running = std::exchange(running_, false);  // the loader's lock is no lock of the program
  is_found = is_found || is_in_module(address);
  running_ = was_running;
  return is_found;
}

void engine::refuse_free(const void* memory, std::uintptr_t pc) noexcept {
  self().pending.pc = pc;
  fail(verdict::bad_free, "%p is freed, and was never allocated", memory);
}

// Mutexes, words and the like that lay in memory which is handed out again. Nobody holds or waits at one of them.
void engine::forget_objects(std::uintptr_t address, std::size_t size) noexcept {
  for (std::uint32_t i = 1; i < object_count_; ++i) {
    object& inside = objects_[i];
    if (inside.key - address >= size) continue;
    inside.sync.clear();
    inside.shared_sync.clear();
    inside.is_initialised = inside.is_destroyed = inside.lost_signal = false;
    inside.depth = inside.sharers = 0;
    inside.count = 0;
    inside.newest = 0;
    ++inside.version;
  }
}

// --- Leaks ----------------------------------------------------------------------------------------------------------

// Memory that is neither a variable nor the program's heap, but may have been given a pointer: what existed before the first
// execution, what libc allocates for itself and others, and what the program has mapped.
void engine::reach_from_elsewhere() noexcept {
  own_memory::range without[own_memory::most_ranges + 3];
  std::size_t count = own_memory::count();
  copy_bytes(without, own_memory::ranges(), count * sizeof *without);
  without[count++] = own_memory::variables();
  without[count++] = {arena_begin, carriers::end_of_stacks};
  without[count++] = {driver_stack_begin_, driver_stack_end_};
  see_writable_memory(
      without, count,
      [](void* into, std::uintptr_t begin, std::uintptr_t end) {
        static_cast<heap*>(into)->reach_from(begin, end - begin);
      },
      &heap_);
}

// One that nobody can join or detach any more, or nobody.
unsigned engine::lost_thread() const noexcept {
  for (unsigned i = 1; i < threads_; ++i) {
    if (!thread_[i].joined && !thread_[i].detached && !heap_.has_met(carriers_.id(i))) return i;
  }
  return nobody;
}

void engine::look_for_leaks() noexcept {
  if (!reports_leaks_ || has_left_early_) return;
  // Who still waits may have what is left; the process would not wait for him.
  for (unsigned i = 0; i < threads_; ++i) {
    if (!thread_[i].ended) return;
  }
  bool has_unjoined = false;
  for (unsigned i = 1; i < threads_; ++i) {
    if (thread_[i].joined || thread_[i].detached) continue;
    heap_.look_for(carriers_.id(i));
    has_unjoined = true;
  }
  if (heap_.left() == 0 && !has_unjoined) return;
  for (std::size_t i = 0; i < segments_.count(); ++i) heap_.reach_from(segments_.begin(i), segments_.size(i));
  // The variables of a thread end with it. Those of the first one end with the process.
  carriers_.see_variables(0, [this](std::uintptr_t begin, std::size_t size) { heap_.reach_from(begin, size); });
  heap_.reach_from(reinterpret_cast<std::uintptr_t>(thread_[0].values), sizeof thread_[0].values);
  heap_.reach_further();
  if (lost_thread() == nobody && heap_.find_leak().first == nullptr) return;

  // Seldom, and slow.
  reach_from_elsewhere();
  heap_.reach_further();
  if (const unsigned lost = lost_thread(); lost != nobody) {
    current_ = lost;
    fail(verdict::leak, "thread %u has ended, and was neither joined nor detached", lost);
  }
  const heap::leak found = heap_.find_leak();
  if (found.first == nullptr) return;

  answer_.watched_thread = nobody;
  answer_.watched_access = found.number;
  current_ = answer_.trace.access[0].thread;
  answer_.trace.where = answer_.trace.access[0].stack;
  char others[64] = "";
  if (found.blocks > 1) {
    std::snprintf(others, sizeof others, "; so %s %u other block%s", found.blocks == 2 ? "is" : "are", found.blocks - 1,
                  found.blocks == 2 ? "" : "s");
  }
  const std::size_t size = found.first->size;
  fail(verdict::leak, "%zu byte%s of memory %s left at the end, and nothing points to %s any more%s", size,
       size == 1 ? "" : "s", size == 1 ? "is" : "are", size == 1 ? "it" : "them", others);
}

}  // namespace explore
