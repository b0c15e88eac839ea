#include "handle/process_object.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include <cerrno>
#include <system_error>

#include "base/contract.hpp"
#include "os/spawn.hpp"

namespace quiesce::inline v0 {

process_object::process_object(pid_t pid)
    : event_object(event_word::reset::manual, false), process_(pid), reactor_(reactor::reactor::acquire()) {}

process_object& process_object::create(pid_t pid) {
  auto* const made = new process_object(pid);
  made->add_reference();  // its own (I1)
  try {
    made->reactor_->add(*made, made->process_.get(), EPOLLIN | EPOLLONESHOT, made->watched_);
  } catch (...) {
    made->event_object::release();
    made->event_object::release();
    throw;
  }
  return *made;
}

void process_object::ready(std::uint32_t) noexcept {
  const os::reaped found = process_.reap();
  if (found.outcome == os::reap_outcome::running) {
    // The first thread of the process has ended before the others.
    reactor_->rearm(watched_, process_.get(), EPOLLIN | EPOLLONESHOT);
    return;
  }
  ended_ = found;
  reactor_->remove(watched_, process_.get());
  set();
  event_object::release();  // its own; the reactor still owns the one of this call
}

namespace {

// Nobody is there to get it: that is no error.
template <class Send>
void send_unless_gone(Send send) {
  try {
    send();
  } catch (const std::system_error& refused) {
    if (refused.code().value() != ESRCH) throw;
  }
}

}  // namespace

void process_object::send(int signal) {
  send_unless_gone([&] { process_.send(signal); });
}

void process_object::send_group(int signal) {
  send_unless_gone([&] { process_.send_to_group(signal); });
}

namespace {

process_object& checked_process(waitable* object, const std::source_location& where) {
  if (object == nullptr) base::misuse("a null process was used", {}, where);
  return static_cast<process_object&>(*object);
}

// Somebody has to reap a process whose handle could not be made: it is ended at once, which nobody could do later.
void end_unwatched(pid_t pid) noexcept {
  ::kill(pid, SIGKILL);
  siginfo_t ignored;
  while (::waitid(P_PID, static_cast<id_t>(pid), &ignored, WEXITED) != 0 && errno == EINTR) {
  }
}

}  // namespace

process process::spawn(std::span<const std::string> command, const process_options& options) {
  const pid_t pid = os::spawn(command, {.directory = options.directory.string(),
                                        .environment = options.environment,
                                        .standard_input = options.standard_input,
                                        .standard_output = options.standard_output,
                                        .standard_error = options.standard_error,
                                        .own_group = options.own_group});
  try {
    return process(&process_object::create(pid));
  } catch (...) {
    end_unwatched(pid);
    throw;
  }
}

process process::spawn(std::initializer_list<std::string> command, const process_options& options) {
  return spawn(std::span(command.begin(), command.size()), options);
}

process process::adopt(int pid) { return process(&process_object::create(pid)); }

int process::pid(std::source_location where) const { return checked_process(handle_ref(*this).object(), where).pid(); }

void process::send(int signal, std::source_location where) {
  checked_process(handle_ref(*this).object(), where).send(signal);
}

void process::send_group(int signal, std::source_location where) {
  checked_process(handle_ref(*this).object(), where).send_group(signal);
}

exit_status process::status(std::source_location where) const {
  process_object& object = checked_process(handle_ref(*this).object(), where);
  if (!object.has_ended()) base::misuse("the status of a process was asked for while it runs", object.name(), where);
  const os::reaped& ended = object.ended();
  if (ended.outcome == os::reap_outcome::refused) {
    throw std::system_error(
        ended.error, std::generic_category(),
        "quiesce: the exit status of process " + std::to_string(object.pid()) + " is not to be had");
  }
  return {.exited = ended.outcome == os::reap_outcome::exited, .code = ended.code, .signal = ended.signal};
}

}  // namespace quiesce::inline v0
