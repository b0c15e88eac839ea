/// The program's heap: blocks that are handed out a second time, and blocks that nobody gave back.
#include <link.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>

#include "engine.hpp"
#include "real.hpp"

namespace explore {
namespace {

// Of all blocks of one size, since it is among these that an allocation chooses: no address of a word.
constexpr std::uintptr_t size_key = std::uintptr_t{1} << 62;

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
  if (!running_ || most_reuses_ == 0) {
    void* const memory = heap_.allocate(size, alignment);
    if (memory != nullptr && running_) note_block(memory, size, pc);
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
  }
  traced_event* const event = make(next);
  if (chosen != 0) acquire_from(*old.happened);
  event->object = reinterpret_cast<std::uintptr_t>(memory);
  event->before = size;
  event->after = static_cast<std::uint64_t>(chosen);
  if (memory != nullptr) note_block(memory, size, pc);
  return memory;
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

namespace {

struct span {
  std::uintptr_t begin = 0;
  std::size_t size = 0;
};

// Where malloc() of the system has what it handed out before the first execution.
span heap_of_system() noexcept {
  char text[1 << 16];
  const long file = kernel(SYS_openat, -100, argument("/proc/self/maps"), 0);
  if (file < 0) return {};
  std::size_t length = 0;
  for (;;) {
    const long got = kernel(SYS_read, file, argument(text + length), static_cast<long>(sizeof text - 1 - length));
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  kernel(SYS_close, file);
  text[length] = '\0';
  for (const char* line = text; *line != '\0';) {
    const char* end = line;
    while (*end != '\n' && *end != '\0') ++end;
    constexpr std::size_t name_size = 6;
    if (static_cast<std::size_t>(end - line) > name_size &&
        __builtin_memcmp(end - name_size, "[heap]", name_size) == 0) {
      char* dash = nullptr;
      const std::uintptr_t begin = ::strtoul(line, &dash, 16);
      return {begin, ::strtoul(dash + 1, nullptr, 16) - begin};
    }
    line = *end == '\0' ? end : end + 1;
  }
  return {};
}

int reach_from_system(dl_phdr_info* module, std::size_t, void* given) noexcept {
  if (!is_system_module(module->dlpi_name)) return 0;
  std::uintptr_t fixed_begin = 0;
  std::uintptr_t fixed_end = 0;
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_GNU_RELRO) continue;
    fixed_begin = module->dlpi_addr + header.p_vaddr;
    fixed_end = fixed_begin + header.p_memsz;
  }
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
    std::uintptr_t begin = module->dlpi_addr + header.p_vaddr;
    const std::uintptr_t end = begin + header.p_memsz;
    if (fixed_begin <= begin && begin < fixed_end) begin = fixed_end;
    if (begin < end) static_cast<heap*>(given)->reach_from(begin, end - begin);
  }
  return 0;
}

}  // namespace

void engine::look_for_leaks() noexcept {
  if (!reports_leaks_ || has_left_early_) return;
  // Who still waits may have what is left; the process would not wait for him.
  for (unsigned i = 0; i < threads_; ++i) {
    if (!thread_[i].ended) return;
  }
  for (unsigned i = 1; i < threads_; ++i) {
    if (thread_[i].joined || thread_[i].detached) continue;
    current_ = i;
    fail(verdict::leak, "thread %u has ended, and was neither joined nor detached", i);
  }
  if (heap_.left() == 0) return;
  for (std::size_t i = 0; i < segments_.count(); ++i) heap_.reach_from(segments_.begin(i), segments_.size(i));
  // The variables of a thread end with it. Those of the first one end with the process.
  carriers_.see_variables(0, [this](std::uintptr_t begin, std::size_t size) { heap_.reach_from(begin, size); });
  heap_.reach_from(reinterpret_cast<std::uintptr_t>(thread_[0].values), sizeof thread_[0].values);
  heap_.reach_further();
  if (heap_.find_leak().first == nullptr) return;

  // Seldom: memory that is not the program's, but may have been given a pointer of it.
  ::dl_iterate_phdr(reach_from_system, &heap_);
  const span before = heap_of_system();
  heap_.reach_from(before.begin, before.size);
  heap_.reach_further();
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
