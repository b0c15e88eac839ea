#pragma once

#include <gtest/gtest.h>

#include <cstdint>

#include "pool/run_word.hpp"

namespace run_word_values {

using word = quiesce::run_word;
using step = word::step;
using fire = word::fire;
using mode = word::mode;

constexpr mode modes[] = {{false, false}, {false, true}, {true, false}, {true, true}};

// The combinations that the word file calls impossible.
inline bool is_possible(std::uint64_t w, mode how) {
  const auto has = [w](std::uint64_t flag) { return (w & flag) != 0; };
  const std::uint64_t pending = word::pending(w);
  const std::uint64_t running = word::running(w);
  if (has(word::closing) && (has(word::armed) || has(word::again))) return false;
  const bool idle = pending == 0 && running == 0 && !has(word::armed) && !has(word::busy);
  if (has(word::again) && idle) return false;
  if (has(word::again) && !how.repeats) return false;
  if (running > 1 && !how.overlap) return false;
  if (running > 0 && has(word::scheduled) && !how.overlap) return false;
  if (running == word::most_running && has(word::scheduled)) return false;
  const std::uint64_t at_once = how.overlap ? word::most_running : 1;
  if (pending != 0 && !has(word::scheduled) && running < at_once) return false;
  if (has(word::scheduled) && pending == 0 && !has(word::kept)) return false;
  if (has(word::kept) && !has(word::scheduled)) return false;
  if (has(word::sleepers) && !has(word::busy)) return false;
  return true;
}

inline std::uint64_t make(std::uint64_t flags, std::uint64_t running, std::uint64_t signals, std::uint64_t expiries) {
  return flags | running << word::running_shift | signals << word::signals_shift | expiries << word::expiries_shift;
}

template <class Check>
inline void for_all_words(Check check) {
  std::size_t walked = 0;
  for (const mode how : modes) {
    for (std::uint64_t flags = 0; flags < 256; ++flags) {
      for (const std::uint64_t running :
           {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, word::most_running - 1, word::most_running}) {
        for (const std::uint64_t signals : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, word::most_pending}) {
          for (const std::uint64_t expiries :
               {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{2}, word::most_pending}) {
            const std::uint64_t seen = make(flags, running, signals, expiries);
            if (!is_possible(seen, how)) continue;
            ++walked;
            check(seen, how);
          }
        }
      }
    }
  }
  ASSERT_GT(walked, 1000u);
}

// How many references of the registration the word stands for, beside its own (I3).
inline std::uint64_t references(std::uint64_t w) { return (w & word::kept) != 0 ? 1 : 0; }

inline bool is_closing(std::uint64_t w) { return (w & word::closing) != 0; }
inline bool is_busy(std::uint64_t w) { return (w & word::busy) != 0; }
inline bool is_armed(std::uint64_t w) { return (w & word::armed) != 0; }
inline bool is_scheduled(std::uint64_t w) { return (w & word::scheduled) != 0; }

inline void expect_push_exactly_if_newly_scheduled(std::uint64_t seen, const word::move& move) {
  EXPECT_EQ(move.push, (move.next & word::scheduled) != 0 && (seen & word::scheduled) == 0) << seen;
}

}  // namespace run_word_values
