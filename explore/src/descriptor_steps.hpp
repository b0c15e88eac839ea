/// What the calls on modelled descriptors share: their steps, and waiting until a descriptor is ready.
#pragma once

#include "hooks.hpp"

namespace explore {

inline descriptor_table& descriptors() noexcept { return active->descriptors(); }

/// Whether code under test means a descriptor that exists only here.
inline bool is_modelled(int fd) noexcept { return is_explored() && descriptor_table::is_modelled(fd); }

constexpr int fd_of(unsigned number) noexcept { return descriptor_table::base + static_cast<int>(number); }
constexpr std::uint16_t number_of(int fd) noexcept { return static_cast<std::uint16_t>(fd - descriptor_table::base); }

/// A new number, or the end of the execution: there are too many.
int new_descriptor(descriptor_kind kind, bool does_not_block, std::uintptr_t pc) noexcept;

/// The description that `fd` stands for. Zero: it was never open. Ends the execution with a verdict if it was closed:
/// in a real process the number may be another's by then.
std::uint16_t open_description(int fd, std::uintptr_t pc) noexcept;

/// Begins a call: with the description, or with use none if there is none.
descriptor_call call_on(int fd, descriptor_use use, std::uintptr_t pc) noexcept;

/// The object that steps on a description touch. Both ends of a pipe are one.
std::uint32_t object_of(unsigned description) noexcept;

/// Whether there is what the call wants.
bool finds_something(const descriptor_call& call) noexcept;

/// Announces a call that waits for what it wants. When it returns, there is something, or time passes up to the limit
/// that is returned.
std::uint64_t await(const descriptor_call& call, std::uintptr_t pc) noexcept;

/// Announces a call that does not wait. False: the thread spins, and this is no step.
bool announce(const descriptor_call& call, std::uintptr_t pc) noexcept;

/// Makes the step of a call. `passes_time`: that is how its wait has ended.
traced_event* make(const descriptor_call& call, bool passes_time, std::uintptr_t pc) noexcept;

/// After a step that changed a description: those who wait look again.
void changed(const descriptor_call& by) noexcept;

}  // namespace explore
