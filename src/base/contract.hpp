#pragma once

#include <source_location>
#include <string_view>

namespace quiesce::inline v0::base {

/// Reports a bug of the caller in a call that may throw: std::logic_error whose text holds the rule, the object's name
/// (when it has one) and the caller's place. Nothing may have been changed before the call.
[[noreturn]] void misuse(std::string_view rule, std::string_view name, std::source_location where);

/// Reports, in the same words, what is no bug but cannot be done: std::system_error(std::errc::value_too_large).
[[noreturn]] void too_large(std::string_view rule, std::string_view name, std::source_location where);

/// Reports a bug of the caller in a call that may not throw: writes the same line to standard error and ends the process.
[[noreturn]] void fatal_misuse(std::string_view rule, std::string_view name, std::source_location where) noexcept;

/// Reports a bug of Quiesce itself: writes the line to standard error and ends the process.
[[noreturn]] void bug(std::string_view rule, std::source_location where = std::source_location::current()) noexcept;

}  // namespace quiesce::inline v0::base
