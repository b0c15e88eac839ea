#include "change_window.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace quiesce_tool {

namespace {

constexpr back_off_options pauses_between_looks{.first = std::chrono::milliseconds{100},
                                                .maximum = std::chrono::milliseconds{2'000}};

}  // namespace

change_window::watch::watch(change_window& window, const std::filesystem::path& watched)
    : owner{window},
      path{watched},
      changes{watched},
      pauses{pauses_between_looks},
      on_news{window.around_.pool, [this](q::callback_scope&) { signalled(); }} {}

void change_window::watch::arm() {
  if (!is_lost) {
    on_news.arm(changes);
  } else if (!owner.deaf_) {
    next_look.set(pauses.next({}));
    on_news.arm(next_look);
  }
}

// One whose directory has gone stays signalled. So may one that has just seen the next change: watching anew is no loss then.
void change_window::watch::signalled() {
  const bool was_lost = is_lost;
  const auto losses = changes.losses();
  const bool none_was_lost = losses == std::exchange(known_losses, losses);
  if (was_lost || q::try_wait(changes)) is_lost = !watch_anew();
  arm();
  if (was_lost && is_lost) return;
  if (was_lost) owner.found(*this);
  if (is_lost) owner.lost(*this);
  owner.changed(path, none_was_lost || was_lost || is_lost);
}

bool change_window::watch::watch_anew() {
  try {
    changes = q::file_watch{path};
  } catch (const std::system_error& error) {
    reason = error.code();
    return false;
  }
  known_losses = 0;
  pauses.forget();
  return true;
}

change_window::change_window(surroundings& around, const process_settings& settings, std::function<void()> settled)
    : around_{around},
      settings_{settings},
      settled_{std::move(settled)},
      on_window_over_{around.pool, [this](q::callback_scope&) { window_over(); }} {
  for (const auto& path : settings.watch) watches_.emplace_back(*this, path);
}

void change_window::begin() {
  for (auto& each : watches_) {
    (void)q::try_wait(each.changes);  // what has changed until now, the start that follows sees
    each.known_losses = each.changes.losses();
    each.arm();
  }
}

void change_window::end() {
  deaf_ = true;
  window_.cancel();
}

void change_window::lost(const watch& which) {
  if (deaf_) return;
  around_.log.write("watch-lost",
                    {{"process", settings_.name}, {"path", which.path.string()}, {"reason", which.reason.message()}});
  around_.out.say(fmt::format("{} cannot be watched any more for {} ({}): it is looked for until it is back",
                              which.path.string(), settings_.name, which.reason.message()));
}

void change_window::found(const watch& which) {
  if (deaf_) return;
  around_.log.write("watched-again", {{"process", settings_.name}, {"path", which.path.string()}});
  around_.out.say(fmt::format("{} is back, and watched for {} again", which.path.string(), settings_.name));
}

void change_window::changed(const std::filesystem::path& path, bool is_certain) {
  if (deaf_ || std::exchange(open_, true)) return;
  around_.log.write(is_certain ? "file-changed" : "changes-lost",
                    {{"process", settings_.name}, {"path", path.string()}});
  around_.out.say(fmt::format("{} {}: {} will be {}", path.string(),
                              is_certain ? "has changed" : "may have changed, the system lost count of its changes",
                              settings_.name, settings_.reload_signal ? "told" : "restarted"));
  window_.set(around_.options.debounce);
  on_window_over_.arm(window_);
}

void change_window::window_over() {
  if (deaf_) return;
  open_ = false;
  settled_();
}

}  // namespace quiesce_tool
