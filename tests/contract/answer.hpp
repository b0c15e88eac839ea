#pragma once
#include <gtest/gtest.h>

#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

/// What a call with a bug of its caller is answered with.
template <class Call>
std::string answer_to(Call call) {
  try {
    call();
  } catch (const std::logic_error& bug) {
    return bug.what();
  }
  return "no error";
}

/// The answer holds the rule, and as the place a line of the file that this is called in.
inline void expect_rule_and_place(const std::string& answer, const std::string& rule,
                                  std::source_location here = std::source_location::current()) {
  const std::string_view path = here.file_name();
  EXPECT_NE(answer.find(rule), std::string::npos) << answer;
  EXPECT_NE(answer.find(std::string(path.substr(path.rfind('/') + 1)) + ":"), std::string::npos) << answer;
}
