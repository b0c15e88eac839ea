#include "carriers.hpp"

#include <link.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <initializer_list>

#include "fiber.hpp"
#include "heap.hpp"
#include "modules.hpp"
#include "own_memory.hpp"
#include "real.hpp"

namespace explore {
namespace {

EXPLORE_OWN constinit next_definition<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)> real_create{
    "pthread_create"};

}  // namespace

int carriers::find_variables(dl_phdr_info* module, std::size_t, void* given) noexcept {
  auto& self = *static_cast<carriers*>(given);
  if (is_system_module(module->dlpi_name) || module->dlpi_tls_data == nullptr) return 0;
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = module->dlpi_phdr[i];
    if (header.p_type != PT_TLS || header.p_memsz == 0 || self.modules_ == most_modules) continue;
    const auto begin = reinterpret_cast<std::uintptr_t>(module->dlpi_tls_data);
    const auto offset = static_cast<std::ptrdiff_t>(begin) - static_cast<std::ptrdiff_t>(self.block_[0].base);
    // Below the thread base lie the blocks of modules that were there at the start; a later one has a place of its own in
    // each thread, which is not at a constant offset.
    if (offset >= 0 || offset < -(1 << 20)) continue;
    self.module_[self.modules_++] = {offset, header.p_memsz};
    self.saved_size_ += header.p_memsz;
  }
  return 0;
}

void carriers::begin(baton* by_baton) noexcept {
  baton_ = by_baton;
  block_[0].base = current_thread_base();
  block_[0].id = ::pthread_self();
  ::dl_iterate_phdr(find_variables, this);
  errno_offset_ = reinterpret_cast<std::intptr_t>(&errno) - static_cast<std::intptr_t>(block_[0].base);
  provided_ = 1;
  save(0);
}

void carriers::save(unsigned number) noexcept {
  carrier_block& block = block_[number];
  if (saved_size_ == 0) return;
  block.saved = static_cast<unsigned char*>(own_memory::map(saved_size_));
  unsigned char* to = block.saved;
  for (std::size_t i = 0; i < modules_; ++i) {
    copy_bytes(to, reinterpret_cast<void*>(static_cast<std::ptrdiff_t>(block.base) + module_[i].offset),
               module_[i].size);
    to += module_[i].size;
  }
}

void carriers::reset(unsigned number) noexcept {
  const carrier_block& block = block_[number];
  *reinterpret_cast<int*>(static_cast<std::intptr_t>(block.base) + errno_offset_) = 0;
  const unsigned char* from = block.saved;
  for (std::size_t i = 0; i < modules_; ++i) {
    copy_bytes(reinterpret_cast<void*>(static_cast<std::ptrdiff_t>(block.base) + module_[i].offset), from,
               module_[i].size);
    from += module_[i].size;
  }
}

void* carriers::carry(void* given) noexcept {
  auto* const block = static_cast<carrier_block*>(given);
  block->id = ::pthread_self();
  std::atomic_ref(block->base).store(current_thread_base(), std::memory_order_release);
  kernel(SYS_futex, argument(&block->base), FUTEX_WAKE_PRIVATE, INT_MAX);
  if (block->runs_by != nullptr) block->runs_by->serve(block->number);
  // The fiber that borrows this block calls libc with it while this thread sleeps in the kernel and touches nothing.
  static std::uint32_t never_woken = 0;
  for (;;) kernel(SYS_futex, argument(&never_woken), FUTEX_WAIT_PRIVATE, 0);
}

bool carriers::provide(unsigned number) noexcept {
  while (provided_ <= number) {
    carrier_block& block = block_[provided_];
    block.base = 0;
    block.number = provided_;
    block.runs_by = baton_;
    // The new thread inherits the mask: no signal of the program is ever handled on a carrier, but for crashes of its own.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    for (const int crash : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::sigdelset(&all, crash);
    kernel(SYS_rt_sigprocmask, SIG_SETMASK, argument(&all), argument(&before), _NSIG / 8);
    pthread_attr_t small;
    ::pthread_attr_init(&small);
    // At the same place in each process: a pthread_t is an address in it, and programs look at these.
    constexpr std::size_t size = carrier_stack_size;
    void* const wanted = reinterpret_cast<void*>(arena_begin + arena_size + provided_ * size);
    void* const stack = ::mmap(wanted, size, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (stack == wanted) {
      ::pthread_attr_setstack(&small, stack, size);
    } else {
      ::pthread_attr_setstacksize(&small, size);
    }
    pthread_t id;
    const int refused = real_create.get()(&id, &small, carry, &block);
    kernel(SYS_rt_sigprocmask, SIG_SETMASK, argument(&before), 0, _NSIG / 8);
    if (refused != 0) return false;
    while (std::atomic_ref(block.base).load(std::memory_order_acquire) == 0) {
      kernel(SYS_futex, argument(&block.base), FUTEX_WAIT_PRIVATE, 0);
    }
    save(provided_);
    ++provided_;
  }
  return true;
}

unsigned carriers::number_of(pthread_t id) const noexcept {
  for (unsigned i = 0; i < provided_; ++i) {
    if (block_[i].id == id) return i;
  }
  return most_threads;
}

}  // namespace explore
