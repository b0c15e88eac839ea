#include "roster.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace quiesce_tool {

roster::roster(surroundings& around, run_status& status, int nowhere, events tell)
    : around_{around}, status_{status}, nowhere_{nowhere}, tell_{std::move(tell)} {}

std::unique_ptr<supervised_process> roster::make(const process_settings& settings, std::size_t number) {
  return std::make_unique<supervised_process>(
      around_, number, settings, nowhere_,
      process_events{
          .started = [this](std::size_t process) { status_.started(process); },
          .ready = [this](std::size_t) { look_again(); },
          .trouble = [this] { tell_.trouble(); },
          .failed = [this](std::size_t process, int status,
                           std::chrono::steady_clock::time_point at) { status_.failed(process, status, at); },
          .over =
              [this](std::size_t, bool after_failure) {
                if (after_failure) tell_.failed();
                look_again();
              }});
}

roster::place* roster::find(const std::string& name) {
  const auto found = std::find_if(places_.begin(), places_.end(),
                                  [&](const place& each) { return each.now->settings().name == name; });
  return found != places_.end() ? &*found : nullptr;
}

roster::difference roster::adopt(const std::vector<process_settings>& plan) {
  difference result;
  std::vector<std::pair<place*, std::unique_ptr<supervised_process>>> made;  // null: a new place
  std::vector<place*> kept;
  std::size_t number = next_number_;
  for (const auto& settings : plan) {
    place* const here = find(settings.name);
    if (here == nullptr) {
      result.added.push_back(settings.name);
      made.emplace_back(nullptr, make(settings, number++));
      continue;
    }
    kept.push_back(here);
    const auto& upcoming = here->next ? *here->next : *here->now;
    if (upcoming.settings() == settings && !(here->leaving && !here->next)) continue;
    result.changed.push_back(settings.name);
    made.emplace_back(here, make(settings, here->number));
  }
  // Each round may find those that need who was found in the one before.
  for (std::size_t known = 0; known != result.changed.size();) {
    known = result.changed.size();
    for (const auto& settings : plan) {
      if (!is_given_up_for_one_of(settings, result.changed)) continue;
      place* const here = find(settings.name);
      result.changed.push_back(settings.name);
      made.emplace_back(here, make(settings, here->number));
    }
  }
  // From here on nothing can be refused.
  for (auto& each : places_) {
    const bool stays = std::find(kept.begin(), kept.end(), &each) != kept.end();
    if (!stays && !each.leaving) result.removed.push_back(each.now->settings().name);
    each.leaving = !stays;
    if (!stays) each.next.reset();
  }
  for (auto& [where, process] : made) {
    if (where != nullptr) {
      where->next = std::move(process);
      continue;
    }
    around_.out.add(process->settings().name);
    places_.push_back({.number = next_number_++, .now = std::move(process)});
  }
  if (begun_) look_again();
  return result;
}

bool roster::is_given_up_for_one_of(const process_settings& settings, const std::vector<std::string>& names) {
  const auto is_one = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const place* const here = find(settings.name);
  return here != nullptr && here->given_up && !is_one(settings.name) &&
         std::any_of(settings.needs.begin(), settings.needs.end(), is_one);
}

void roster::begin() {
  begun_ = true;
  look();
}

void roster::stop() {
  stopping_ = true;
  look_again();
}

void roster::kill() {
  stopping_ = true;
  for (auto& each : places_) {
    if (!std::exchange(each.told, true)) each.now->stop();
    each.now->kill();
  }
}

void roster::resume_output() {
  for (auto& each : places_) each.now->resume_output();
}

bool roster::awaits(int pid) const {
  return std::any_of(places_.begin(), places_.end(), [&](const place& each) { return each.now->awaits(pid); });
}

void roster::look_again() {
  if (std::exchange(look_is_due_, true)) return;
  around_.pool.post([this] {
    look_is_due_ = false;
    look();
  });
}

void roster::look() {
  if (all_over_) return;
  replace_those_over();
  start_those_due();
  stop_those_due();
  // What was stopped or started just now may be over already; then another look is due.
  const bool nobody_left = std::all_of(places_.begin(), places_.end(),
                                       [](const place& each) { return each.now->is_over() && each.next == nullptr; });
  if (!nobody_left || look_is_due_) return;
  all_over_ = true;
  tell_.all_over();
}

void roster::replace_those_over() {
  if (stopping_) {
    for (auto& each : places_) each.next.reset();
    return;
  }
  for (auto& each : places_) {
    if (!each.now->is_over()) continue;
    if (each.leaving) status_.started(each.number);  // a failure of who is gone counts no more
    if (each.next == nullptr) continue;
    status_.started(each.number);
    each.now = std::move(each.next);
    each.told = false;
    each.given_up = false;
  }
  std::erase_if(places_, [](const place& each) { return each.leaving && each.now->is_over(); });
}

void roster::stop_those_due() {
  for (auto& each : places_) {
    if (each.told || !has_to_go(each) || is_needed_by_somebody_who_goes(each)) continue;
    each.told = true;
    if (!each.now->is_over()) each.now->stop();
  }
}

bool roster::is_needed_by_somebody_who_goes(const place& each) const {
  const auto& name = each.now->settings().name;
  return std::any_of(places_.begin(), places_.end(), [&](const place& other) {
    const auto& needs = other.now->settings().needs;
    return has_to_go(other) && !other.now->is_over() && std::find(needs.begin(), needs.end(), name) != needs.end();
  });
}

void roster::start_those_due() {
  for (auto& each : places_) {
    // Also in a stop it is told who cannot start any more, since that may be the reason for the stop.
    if (each.now->is_unborn() && !each.told && may_start(each) && !has_to_go(each)) each.now->start();
  }
}

bool roster::may_start(place& each) {
  std::vector<std::string> awaited;
  for (const auto& name : each.now->settings().needs) {
    const place* const need = find(name);
    if (need == nullptr || (!need->next && need->now->has_been_ready())) continue;
    if (!need->next && need->now->is_over()) {
      give_up(each, name);
      return false;
    }
    awaited.push_back(name);
  }
  if (awaited.empty()) return true;
  if (!has_to_go(each)) each.now->waits_for(awaited);
  return false;
}

void roster::give_up(place& each, const std::string& need) {
  const auto& name = each.now->settings().name;
  around_.log.write("not-started", {{"process", name}, {"needs", need}});
  around_.out.say(fmt::format("{} is not started: it needs {}, which is over and was never ready", name, need));
  each.told = true;
  each.given_up = true;
  each.now->stop();
}

}  // namespace quiesce_tool
