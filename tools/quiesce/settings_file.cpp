#include "settings_file.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <optional>

#include "http_url.hpp"
#include "process_name.hpp"
#include "settings_table.hpp"

namespace quiesce_tool {
namespace {

constexpr std::int64_t highest_port = 65535;

std::optional<restart_policy> read_policy(settings_table& table) {
  const auto text = table.text("restart");
  if (!text) return std::nullopt;
  const auto policy = parse_restart_policy(*text);
  if (!policy) table.refuse("restart", "is none of always, on-failure, never");
  return policy;
}

void read_port(settings_table& table, readiness_settings& ready) {
  if (const auto port = table.number("port", 1, highest_port)) ready.port = static_cast<std::uint16_t>(*port);
}

void read_host(settings_table& table, readiness_settings& ready) {
  const auto host = table.text("host");
  if (!host) return;
  if (addresses_of(*host).empty()) return table.refuse("host", "is neither localhost nor a numeric address");
  if (!table.has("port")) return table.refuse("host", "belongs to a port, and there is none");
  ready.host = *host;
}

void read_http(settings_table& table, readiness_settings& ready) {
  const auto text = table.text("http");
  if (!text) return;
  auto url = parse_http_url(*text);
  if (!url) return table.refuse("http", "is not of the form http://HOST:PORT/PATH with a numeric host or localhost");
  ready.host = std::move(url->host);
  ready.port = url->port;
  ready.target = std::move(url->target);
}

readiness_sign read_sign(settings_table& table, std::vector<file_fault>& faults) {
  std::vector<std::pair<std::string_view, readiness_sign>> given;
  for (const auto& sign :
       {std::pair{"port", readiness_sign::port}, std::pair{"http", readiness_sign::http},
        std::pair{"command", readiness_sign::command}, std::pair{"notify", readiness_sign::notify}}) {
    if (table.has(sign.first)) given.emplace_back(sign);
  }
  if (given.size() == 1) return given.front().second;
  if (given.empty()) {
    faults.push_back(
        {table.line_of({}), fmt::format("{}: none of port, http, command, notify is given", table.path())});
  } else {
    table.refuse(given[1].first, fmt::format("and {} are given; one is enough", given[0].first));
  }
  return readiness_sign::none;
}

readiness_settings read_readiness(settings_table table, std::vector<file_fault>& faults) {
  readiness_settings ready;
  ready.sign = read_sign(table, faults);
  read_port(table, ready);
  read_host(table, ready);
  read_http(table, ready);
  if (auto command = table.text("command")) ready.command = std::move(*command);
  const auto notify = table.flag("notify");
  if (notify && !*notify) table.refuse("notify", "says nothing; leave it out");
  ready.limit = table.duration("limit").value_or(ready.limit);
  ready.every = table.duration("every").value_or(ready.every);
  if (ready.every <= std::chrono::milliseconds{0}) table.refuse("every", "leaves no pause between two attempts");
  table.refuse_other_keys();
  return ready;
}

void read_stop(settings_table table, process_settings& into) {
  into.stop_signal = table.signal("signal").value_or(into.stop_signal);
  into.stop_limit = table.duration("limit");
  table.refuse_other_keys();
}

void check_one_shot(settings_table& table, const process_settings& read) {
  if (!read.one_shot) return;
  if (table.has("ready")) table.refuse("ready", "does not go with one_shot, which is ready when it has exited");
  if (read.restart == restart_policy::always) table.refuse("restart", "does not go with one_shot");
}

settings_entry read_process(settings_table table, std::vector<file_fault>& faults) {
  settings_entry entry;
  process_settings& into = entry.settings;
  into.name = table.path();
  entry.line = table.line_of({});
  entry.command_line = table.line_of("command");
  entry.reload_line = table.line_of("reload");
  if (auto command = table.text("command")) into.command = std::move(*command);
  if (auto directory = table.text("directory")) into.directory = std::move(*directory);
  into.environment = table.variables("environment");
  for (auto& [need, line] : table.texts("needs")) {
    into.needs.push_back(std::move(need));
    entry.need_lines.push_back(line);
  }
  if (auto ready = table.table("ready")) into.ready = read_readiness(std::move(*ready), faults);
  into.one_shot = table.flag("one_shot").value_or(false);
  if (auto stop = table.table("stop")) read_stop(std::move(*stop), into);
  into.restart = read_policy(table);
  const std::size_t faults_before = faults.size();
  for (auto& [path, line] : table.texts("watch")) into.watch.emplace_back(std::move(path));
  entry.has_wrong_watch = faults.size() != faults_before;
  into.reload_signal = table.signal("reload");
  table.refuse_other_keys();
  check_one_shot(table, into);
  return entry;
}

void read_all(const toml::table& root, settings_file& into) {
  for (const auto& [key, value] : root) {
    const std::string name{key.str()};
    const auto wrong = name.empty() ? "no name for the process" : wrong_with_name(name);
    if (wrong) {
      into.faults.push_back({line_of(value), *wrong});
    } else if (const auto* const table = value.as_table()) {
      into.entries.push_back(read_process({*table, name, into.faults}, into.faults));
    } else {
      into.faults.push_back(
          {line_of(value), fmt::format("{} = {} is no table; expected [NAME] for each process", name, shown(value))});
    }
  }
}

/// Keys and the words of the library may hold bytes that would break the line of a message.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      line += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      line += c;
    }
  }
  return line;
}

}  // namespace

settings_file parse_settings(std::string_view text) {
  settings_file file;
  try {
    read_all(toml::parse(text), file);
  } catch (const toml::parse_error& error) {
    file.faults.push_back({static_cast<int>(error.source().begin.line), std::string{error.description()}});
  }
  for (auto& fault : file.faults) fault.what = one_line(fault.what);
  // The library hands out the keys by their names.
  const auto by_line = [](const auto& a, const auto& b) { return a.line < b.line; };
  std::stable_sort(file.entries.begin(), file.entries.end(), by_line);
  std::stable_sort(file.faults.begin(), file.faults.end(), by_line);
  return file;
}

}  // namespace quiesce_tool
