#include "pool/pool_settings.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <utility>

#include "base/contract.hpp"

namespace quiesce::inline v0 {
namespace {

constexpr unsigned most_per_running = 8;

void check_that(bool holds, const char* rule, const pool_options& options, const std::source_location& where) {
  if (holds) return;
  base::misuse(std::string(rule) + " (minimum " + std::to_string(options.minimum) + ", running " +
                   std::to_string(options.running) + ", maximum " + std::to_string(options.maximum) + ")",
               options.name, where);
}

void check(const pool_options& options, const std::source_location& where) {
  if (options.maximum != 0) {
    check_that(options.running <= options.maximum, "a pool was to run more callbacks than it may have threads", options,
               where);
    check_that(options.minimum <= options.maximum, "a pool was to keep more threads than it may have", options, where);
  }
  const bool has_handler = static_cast<bool>(options.handler);
  if (options.exceptions == on_exception::handler && !has_handler) {
    base::misuse("a pool was to give exceptions to a handler, and was given none", options.name, where);
  }
  if (options.exceptions == on_exception::terminate && has_handler) {
    base::misuse("a pool was given a handler for exceptions, and was to terminate instead", options.name, where);
  }
}

unsigned most_threads(unsigned running) noexcept {
  const std::uint64_t most = std::uint64_t{running} * most_per_running;
  return static_cast<unsigned>(std::min<std::uint64_t>(most, std::numeric_limits<unsigned>::max()));
}

// By one call, so that lines of several threads are not mixed.
void write_line(const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); }

}  // namespace

pool_settings pool_settings::from(pool_options options, unsigned (*processors)(), const std::source_location& where) {
  check(options, where);
  pool_settings made;
  if (!options.name.empty()) made.name = std::move(options.name);
  made.running = options.running != 0 ? options.running : processors();
  if (options.maximum != 0) {
    made.maximum = options.maximum;
    made.running = std::min(made.running, made.maximum);
  } else {
    made.maximum = options.running == 1 ? 1 : most_threads(made.running);
    made.maximum = std::max(made.maximum, options.minimum);
  }
  made.minimum = options.minimum != 0 ? options.minimum : made.running;
  made.exceptions = exception_policy(options.exceptions, std::move(options.handler));
  made.report = options.report ? std::move(options.report) : write_line;
  return made;
}

}  // namespace quiesce::inline v0
