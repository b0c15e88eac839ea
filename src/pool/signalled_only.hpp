#pragma once

#include <stdexcept>
#include <string>

#include "quiesce/run_on.hpp"

namespace quiesce::inline v0 {

/// For what makes callbacks without being signalled: it has no signalling thread to run them on. Returns `options`.
/// `what`: what it is. Errors: std::invalid_argument.
template <class Options>
const Options& refuse_signalling_thread(const Options& options, const char* what) {
  if (options.where != run_on::signalling_thread) return options;
  throw std::invalid_argument("quiesce: a " + std::string(what) +
                              " was made for the signalling thread, but nobody signals it [" + options.name + "]");
}

}  // namespace quiesce::inline v0
