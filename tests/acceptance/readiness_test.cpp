// How a process is found to be ready, and what becomes of one that is not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include "reserved_port.hpp"
#include "run_test.hpp"

namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RunReadiness : public run_test {
 protected:
  /// `db` with these settings, and `web`, which needs it.
  void write_files(const std::string& command, const std::string& ready) {
    program_.write("Procfile", "web: echo web runs; exec sleep 1000\ndb: " + command + "\n");
    program_.write("quiesce.toml", "[web]\nneeds = \"db\"\n[db]\nready = " + ready + "\n");
  }

  /// `db` becomes ready, and `web` is started after that.
  void expect_web_after_db() {
    program_.await("ready", "db");
    if (program_.events("started", "web").empty()) program_.await("started", "web");
    std::vector<std::string> order;
    for (const auto& each : program_.events()) {
      const auto event = each.at("event").get<std::string>() + " " + each.value("process", "");
      if (event == "ready db" || event == "started web") order.push_back(event);
    }
    EXPECT_THAT(order, ::testing::ElementsAre("ready db", "started web"));
  }

  /// Sends READY=1 to that socket, and returns when it has been taken.
  void send_as_a_stranger(const std::string& name) {
    ASSERT_EQ(name.at(0), '@');
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
    const int stranger = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::sendto(stranger, "READY=1", 7, 0, reinterpret_cast<const sockaddr*>(&address), size), 7);
    const auto is_taken = [&] {
      int waiting = -1;
      return ::ioctl(stranger, SIOCOUTQ, &waiting) == 0 && waiting == 0;
    };
    program_.await_state_of_files(is_taken, "the message to be taken");
    ::close(stranger);
  }
};

// Says "at work" and waits for the gate before it listens; answers each request with the status in the file.
constexpr const char* server = R"(
import os, socket, sys
print("at work", flush=True)
open("gate").readline()
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen()
print("listening", flush=True)
while True:
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = connection.recv(4096)
    if request:
        print(request.split(b"\r\n")[0].decode(), flush=True)
        for piece in b"HTTP/1.1 ", open("status", "rb").read(), b" Whatever\r\n", b"\r\n":
            connection.sendall(piece)
    connection.close()
)";

constexpr const char* notify = R"(
import os, socket
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
    s.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))
    s.send(b"STATUS=half")
    s.send(b"STATUS=done\nREADY=1")
)";

TEST_F(RunReadiness, APortMakesReadyWhenSomebodyListensThere) {
  const reserved_port port;
  program_.make_fifo("gate");
  program_.write("server.py", server);
  write_files("exec python3 server.py " + port.text(), "{port = " + port.text() + ", every = \"10ms\"}");
  program_.start();
  program_.await_output("db      | at work");
  program_.open_gate("gate");
  expect_web_after_db();
  EXPECT_THAT(program_.output(), HasSubstr("db      | listening"));
  stop();
}

TEST_F(RunReadiness, AnHttpAnswerMakesReadyIfItsStatusIsOneOfSuccess) {
  const reserved_port port;
  program_.make_fifo("gate");
  program_.write("server.py", server);
  program_.write("status", "503");
  write_files("exec python3 server.py " + port.text(),
              "{http = \"http://127.0.0.1:" + port.text() + "/health?x=1\", every = \"10ms\"}");
  program_.start();
  program_.open_gate("gate");
  program_.await_lines("db", 5);  // at work, listening, and three questions
  EXPECT_EQ(program_.lines_of("db").at(2), "GET /health?x=1 HTTP/1.1");
  EXPECT_THAT(program_.events("ready", "db"), IsEmpty());
  program_.write_by_rename("status", "204");
  expect_web_after_db();
  stop();
}

TEST_F(RunReadiness, ACommandMakesReadyWhenItSucceedsAndRunsWhereItsProcessDoes) {
  std::filesystem::create_directory(program_.folder() / "app");
  program_.make_fifo("app/gate");
  program_.write("app/Procfile", "db: read x < gate; touch up; exec sleep 1000\nweb: exec sleep 1000\n");
  program_.write("app/quiesce.toml",
                 "[web]\nneeds = \"db\"\n[db]\nenvironment = {FILE = \"up\"}\n"
                 "ready = {command = 'echo asked >&2; test -e $FILE', every = \"1ms\"}\n");
  program_.start({"app/Procfile"});
  program_.await("started", "db");
  program_.open_gate("app/gate");
  expect_web_after_db();
  EXPECT_THAT(program_.output(), ::testing::Not(HasSubstr("asked")));
  stop();
}

TEST_F(RunReadiness, AMessageOfTheProcessOrOfWhatItStartedMakesReady) {
  program_.write("notify.py", notify);
  write_files("sh -c 'python3 notify.py; exec sleep 1000'; true", "{notify = true}");
  program_.start();
  expect_web_after_db();
  stop();
}

TEST_F(RunReadiness, AMessageCountsThoughItsProcessHasExitedSinceThen) {
  program_.write("notify.py",
                 "import os, socket\n"
                 "with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:\n"
                 "  s.connect(os.environ['NOTIFY_SOCKET'].replace('@', '\\0', 1))\n"
                 "  s.send(b'READY=1')\n"
                 "  os._exit(0)\n");
  write_files("exec python3 notify.py", "{notify = true}");
  for (int i = 0; i < 5; ++i) {
    program_run run;
    run.write("notify.py", "");
    for (const char* name : {"notify.py", "Procfile", "quiesce.toml"}) {
      std::filesystem::copy_file(program_.folder() / name, run.folder() / name,
                                 std::filesystem::copy_options::overwrite_existing);
    }
    run.start({"--restart", "never"});
    run.await("ready", "db");
    run.await("started", "web");
    run.signal(SIGTERM);
    EXPECT_EQ(run.await_exit(), 0);
  }
}

TEST_F(RunReadiness, AMessageOfAStrangerDoesNotCount) {
  write_files("echo $NOTIFY_SOCKET; exec sleep 1000", "{notify = true}");
  program_.start();
  program_.await_lines("db", 1);
  send_as_a_stranger(program_.lines_of("db").at(0));
  EXPECT_EQ(program_.await("notify-refused", "db").at("sender"), ::getpid());
  EXPECT_THAT(program_.events("ready", "db"), IsEmpty());
  stop();
}

TEST_F(RunReadiness, OfWhoIsReadyMessagesOfStrangersAreNotLookedInto) {
  program_.write("notify.py", notify);
  write_files("echo $NOTIFY_SOCKET; python3 notify.py; exec sleep 1000", "{notify = true}");
  program_.start();
  program_.await("ready", "db");
  send_as_a_stranger(program_.lines_of("db").at(0));
  // It has been taken, and by the one worker, which looks into the signal after that.
  stop();
  EXPECT_THAT(program_.events("notify-refused", "db"), IsEmpty());
}

// process-compose#403: a process whose readiness probe failed was ended for good, whatever its restart policy said.
TEST_F(RunReadiness, WhoIsNotReadyInTimeHasFailedAndIsStartedAgain) {
  write_files("exec sleep 1000", "{command = 'exit 3', limit = \"200ms\", every = \"1ms\"}");
  program_.start({"--back-off-first", "1ms"});
  EXPECT_THAT(program_.await("ready-failed", "db").at("reason").get<std::string>(),
              ContainsRegex("not ready within 200 ms: `exit 3` exited with status 3"));
  EXPECT_EQ(program_.await("stopping", "db").at("because"), "not ready");
  EXPECT_EQ(program_.await("restarted", "db").at("because"), "exit");
  program_.await("ready-failed", "db");
  EXPECT_THAT(program_.events("started", "web"), IsEmpty());
  stop();
}

TEST_F(RunReadiness, WithoutARestartTheStatusSaysThatATimeWasMissedAndWhoNeedsItIsNotStarted) {
  const reserved_port port;
  write_files("exec sleep 1000", "{port = " + port.text() + ", limit = \"200ms\"}");
  program_.start({"--restart", "never", "--keep-going"});
  EXPECT_THAT(program_.await("ready-failed", "db").at("reason").get<std::string>(), HasSubstr("Connection refused"));
  EXPECT_EQ(program_.await("not-started", "web").at("needs"), "db");
  EXPECT_EQ(program_.await_exit(), 124);
  EXPECT_THAT(program_.events("started", "web"), IsEmpty());
}

TEST_F(RunReadiness, WhoExitsBeforeItWasReadyHasFailedThoughItsStatusIsZero) {
  write_files("true", "{notify = true}");
  program_.start({"--restart", "never"});
  EXPECT_EQ(program_.await_exit(), 124);
  EXPECT_THAT(program_.output(), HasSubstr("db exited with status 0 before it was ready"));
  EXPECT_EQ(program_.events("exited", "db").at(0).at("failed"), true);
  EXPECT_THAT(program_.events("started", "web"), IsEmpty());
}

TEST_F(RunReadiness, AnAttemptThatHangsHoldsUpNothingAndIsNotLeftBehind) {
  write_files("exec sleep 1000", "{command = 'touch asked; sleep 1000 & wait', limit = \"1h\"}");
  program_.start({"--stop-limit", "1h"});
  program_.await_file("asked");
  stop();
}

TEST_F(RunReadiness, ACommandThatDoesNotEndIsNamedAtTheLimit) {
  write_files("exec sleep 1000", "{command = 'sleep 1000', limit = \"200ms\"}");
  program_.start({"--restart", "never"});
  EXPECT_THAT(program_.await("ready-failed", "db").at("reason").get<std::string>(),
              HasSubstr("not ready within 200 ms: `sleep 1000` has not ended"));
  EXPECT_EQ(program_.await_exit(), 124);
}

TEST_F(RunReadiness, WhoListensOnThePortBeforeItIsToldOf) {
  const reserved_port port;
  program_.make_fifo("gate");
  program_.write("server.py", server);
  program_.write("Procfile", "old: exec python3 server.py " + port.text() + "\ndb: exec sleep 1000\n");
  program_.write("quiesce.toml", "[old]\nready = {port = " + port.text() +
                                     "}\n[db]\nneeds = \"old\"\nready = {http = \"http://localhost:" + port.text() +
                                     "/\", limit = \"1h\"}\n");
  program_.write("status", "503");
  program_.start();
  program_.open_gate("gate");
  EXPECT_EQ(program_.await("port-taken").at("process"), "db");
  program_.await_output("db: somebody listens on 127.0.0.1:" + port.text() + " before it");
  stop();
}

TEST_F(RunReadiness, ARestartedProcessIsAskedAgain) {
  program_.write("file", "");
  write_files("exec sleep 1000", "{command = 'true'}");
  program_.start({"--watch", "db=file", "--debounce", "1ms"});
  program_.await("ready", "db");
  program_.write("file", "changed");
  program_.await("restarted", "db");
  program_.await("ready", "db");
  EXPECT_THAT(program_.events("started", "web"), ::testing::SizeIs(1));
  stop();
}

}  // namespace
