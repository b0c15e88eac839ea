#include "change_window.hpp"

#include <fmt/format.h>

#include <utility>

namespace quiesce_tool {

change_window::watch::watch(change_window& owner, const std::filesystem::path& watched)
    : path{watched}, changes{watched}, on_change{owner.around_.pool, [this, &owner](q::callback_scope& scope) {
                                                   scope.arm(changes);
                                                   owner.changed(path);
                                                 }} {}

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
    each.on_change.arm(each.changes);
  }
}

void change_window::end() {
  deaf_ = true;
  window_.cancel();
}

void change_window::changed(const std::filesystem::path& path) {
  if (deaf_ || std::exchange(open_, true)) return;
  around_.log.write("file-changed", {{"process", settings_.name}, {"path", path.string()}});
  around_.out.say(fmt::format("{} has changed: {} will be {}", path.string(), settings_.name,
                              settings_.reload_signal ? "told" : "restarted"));
  window_.set(around_.options.debounce);
  on_window_over_.arm(window_);
}

void change_window::window_over() {
  if (deaf_) return;
  open_ = false;
  settled_();
}

}  // namespace quiesce_tool
