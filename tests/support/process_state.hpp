#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

namespace support {

/// What the kernel knows of one thread of this process.
struct thread_state {
  std::string name;
  bool is_asleep = false;             // has nothing to run: it waits in a call of the kernel
  std::uint64_t blocked_signals = 0;  // bit n-1: signal n
};

/// All threads of this process. Those that end meanwhile may be missing.
inline std::vector<thread_state> threads() {
  std::vector<thread_state> found;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    thread_state state;
    std::ifstream status(task.path() / "status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("Name:\t")) state.name = line.substr(6);
      if (line.starts_with("State:\t")) state.is_asleep = line.at(7) == 'S';
      if (line.starts_with("SigBlk:\t")) state.blocked_signals = std::stoull(line.substr(8), nullptr, 16);
    }
    if (!state.name.empty()) found.push_back(state);
  }
  return found;
}

inline std::vector<thread_state> threads_named(const std::string& name) {
  std::vector<thread_state> found = threads();
  std::erase_if(found, [&](const thread_state& thread) { return thread.name != name; });
  return found;
}

/// Whether that thread of this process has nothing to run: it waits in a call of the kernel.
inline bool is_asleep(int thread) {
  std::ifstream status("/proc/self/task/" + std::to_string(thread) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("State:")) return line.find('S', 6) != std::string::npos;
  }
  return false;
}

/// As the kernel counts them: who walks through /proc/self/task while a thread ends may miss another one.
inline std::size_t count_threads() {
  // A sanitizer starts a thread of its own with the first of the program: it has to be there from the first count on.
  [[maybe_unused]] static const bool begun = [] {
    int number = 0;
    std::thread([&] { number = ::gettid(); }).join();
    // The kernel lists a thread that was joined for a moment longer.
    while (std::filesystem::exists("/proc/self/task/" + std::to_string(number))) std::this_thread::yield();
    return true;
  }();
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Threads:\t")) return std::stoul(line.substr(9));
  }
  return 0;
}

/// Counts itself too: the same one more at every call.
inline std::size_t count_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace support
