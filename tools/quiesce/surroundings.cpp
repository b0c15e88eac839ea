#include "surroundings.hpp"

namespace quiesce_tool {
void surroundings::report(const hold_up& held) {
  event_details details = {{"process", std::string{held.name}},
                           {"pid", held.pid},
                           {"waited_ms", in_ms(held.waited)},
                           {"grandchildren", static_cast<std::int64_t>(held.grandchildren.size())}};
  if (held.kill_in) details.emplace_back("kill_in_ms", in_ms(*held.kill_in));
  if (held.refused) details.emplace_back("refused", true);
  log.write("waiting", details);
  out.say(hold_up_text(held));
}

}  // namespace quiesce_tool
