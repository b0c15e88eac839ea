#include "needs_circle.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

namespace quiesce_tool {
namespace {

/// A walk in depth without recursion: the file may chain as many processes as it likes.
class walk {
 public:
  explicit walk(const std::vector<process_settings>& processes) {
    for (const auto& each : processes) places_.emplace(each.name, place{&each});
  }

  std::vector<std::string> find() {
    for (auto& [name, from] : places_) {
      if (from.seen == state::unseen && leads_into_a_circle(from)) return circle_;
    }
    return {};
  }

 private:
  enum class state : std::uint8_t { unseen, on_path, done };
  struct place {
    const process_settings* process;
    std::size_t next = 0;  // of its needs
    state seen = state::unseen;
  };

  bool leads_into_a_circle(place& from) {
    std::vector<place*> path;
    enter(path, from);
    while (!path.empty()) {
      place& here = *path.back();
      if (here.next == here.process->needs.size()) {
        here.seen = state::done;
        path.pop_back();
        continue;
      }
      const auto need = places_.find(here.process->needs[here.next++]);
      if (need == places_.end() || need->second.seen == state::done) continue;
      if (need->second.seen == state::on_path) {
        note(path, need->second);
        return true;
      }
      enter(path, need->second);
    }
    return false;
  }

  static void enter(std::vector<place*>& path, place& to) {
    to.seen = state::on_path;
    path.push_back(&to);
  }

  void note(const std::vector<place*>& path, const place& again) {
    for (auto each = std::find(path.begin(), path.end(), &again); each != path.end(); ++each) {
      circle_.push_back((*each)->process->name);
    }
    circle_.push_back(again.process->name);
  }

  std::map<std::string_view, place> places_;
  std::vector<std::string> circle_;
};

}  // namespace

std::vector<std::string> circle_of_needs(const std::vector<process_settings>& processes) {
  return walk{processes}.find();
}

}  // namespace quiesce_tool
