// What a process has of the library before it uses it, and after main().
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <cstddef>
#include <cstdlib>
#include <string>

namespace {

int exit_code_of(const char* program) {
  const int status = std::system(program);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* const output = ::popen(command.c_str(), "r");
  if (output == nullptr) return "no output";
  char part[4096];
  for (std::size_t length; (length = ::fread(part, 1, sizeof part, output)) > 0;) text.append(part, length);
  return ::pclose(output) == 0 ? text : "failed: " + text;
}

TEST(Lifetime, NoThreadIsThereWhenMainBegins_J1) { EXPECT_EQ(exit_code_of(QUIESCE_LINKED_PROGRAM), 1); }

TEST(Lifetime, EventsSemaphoresMutexesAndTheirWaitsStartNoThread_J1) {
  EXPECT_EQ(exit_code_of(QUIESCE_EVENTS_PROGRAM), 1);
}

// taskflow#385, oneTBB#1832: what the library destroyed at the end of the process was still in use. Whatever has a destructor
// and lives until then, at namespace scope or in a function, refers to one of these.
TEST(Lifetime, NothingInTheLibraryAsksToBeCalledAtTheEndOfTheProcessOrOfAThread_J1) {
  const std::string undefined = output_of("nm --undefined-only '" QUIESCE_LIBRARY "' && echo end");
  ASSERT_NE(undefined.find(" pthread_create"), std::string::npos) << "this test does not see what the library needs";
  ASSERT_TRUE(undefined.ends_with("end\n"));
  for (const char* const name :
       {" __cxa_atexit", " __cxa_thread_atexit", " atexit", " on_exit", " at_quick_exit", " __cxa_at_quick_exit"}) {
    EXPECT_EQ(undefined.find(name), std::string::npos) << name;
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // which have functions of their own there
std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

TEST(Lifetime, NothingInTheLibraryRunsAfterMainAndBeforeItOnlyWhatMakesAPluginStay_J1) {
  const std::string sections = output_of("objdump --section-headers '" QUIESCE_LIBRARY "'");
  ASSERT_NE(sections.find(" .text"), std::string::npos) << "this test does not see the sections";
  for (const char* const name : {" .fini_array", " .ctors", " .dtors"}) {
    EXPECT_EQ(sections.find(name), std::string::npos) << name;
  }
  const std::string undefined = output_of("nm --undefined-only '" QUIESCE_LIBRARY "'");
  EXPECT_EQ(count(sections, " .init_array"), count(undefined, "12staying_codeC"));
}
#endif

}  // namespace
