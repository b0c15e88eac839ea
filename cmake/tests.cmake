# Each folder of tests is one GoogleTest program, made of all sources in it.

# The system's own before any other: the shims of version managers take longer to start than most tests to run.
find_program(QUIESCE_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(QUIESCE_PYTHON python3 REQUIRED)
include(GoogleTest)

# The launcher stands before each test program: a test that hangs shows its stacks before it is killed.
# -I -S: start without site packages, which halves the time Python needs, and it is paid once per test.
set(quiesce_launcher ${QUIESCE_PYTHON} -I -S "${PROJECT_SOURCE_DIR}/tests/launch.py")
if(QUIESCE_FLAVOUR STREQUAL "asan" OR QUIESCE_FLAVOUR STREQUAL "tsan")
  # Kernels that randomize addresses with 32 bits place mappings where these sanitizers keep their shadow memory.
  list(APPEND quiesce_launcher --fixed-addresses)
endif()

# quiesce_register_tests(<program> <label> LIMIT <seconds> TIMEOUT <seconds> [<property> <value>]...)
# LIMIT is when the launcher prints the stacks, TIMEOUT when ctest gives up on the launcher itself.
function(quiesce_register_tests program label)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "LIMIT;TIMEOUT" "")
  set_target_properties(${program} PROPERTIES
    CROSSCOMPILING_EMULATOR "${quiesce_launcher};--limit=${arg_LIMIT}")
  set(properties LABELS ${label} TIMEOUT ${arg_TIMEOUT} ${arg_UNPARSED_ARGUMENTS})
  gtest_discover_tests(${program} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
  # The environment is a list, and gtest_discover_tests would take its second element for another property's name.
  # So ctest sets it, in a file that it reads after the one that names the tests.
  set(environment_file "${PROJECT_BINARY_DIR}/${program}_environment.cmake")
  file(WRITE "${environment_file}"
    "foreach(test IN LISTS ${program}_TESTS)\n"
    "  set_tests_properties(\"\${test}\" PROPERTIES ENVIRONMENT \"${quiesce_environment_${QUIESCE_FLAVOUR}}\")\n"
    "endforeach()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${environment_file}")
endfunction()

# quiesce_test_folder(<folder> ...), the rest as above: the program <folder>_tests.
function(quiesce_test_folder folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp")
  if(NOT sources)
    return()
  endif()
  find_package(GTest REQUIRED)
  set(program ${folder}_tests)
  add_executable(${program} ${sources})
  target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${program} PRIVATE quiesce::quiesce GTest::gmock GTest::gtest_main)
  # In the tests' own code a null pointer ends the program anyway. These two checks, of each access to a member, are half of
  # what the undefined behaviour sanitizer takes of the compiler's time.
  if(QUIESCE_FLAVOUR STREQUAL "asan")
    target_compile_options(${program} PRIVATE -fno-sanitize=null,alignment)
  endif()
  quiesce_precompile(${program} <gmock/gmock.h> <gtest/gtest.h>)
  target_compile_definitions(${program} PRIVATE QUIESCE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(folder STREQUAL "unit" AND TARGET quiesce_tool)
    target_link_libraries(${program} PRIVATE quiesce_tool)
  endif()
  # Each test of a word calls its own word `word`.
  quiesce_compile_together(${program} IN_DEV_TOO ALONE "_word_[a-z_]*test[.]cpp$|awaited_callbacks_test[.]cpp$")
  if(folder STREQUAL "acceptance" AND TARGET quiesce_program)
    add_dependencies(${program} quiesce_program)
    target_compile_definitions(${program} PRIVATE QUIESCE_PROGRAM="$<TARGET_FILE:quiesce_program>")
  endif()
  quiesce_register_tests(${program} ${folder} ${ARGN})
endfunction()

if(TARGET quiesce_explore)
  include(cmake/explore_tests.cmake)
endif()
if(QUIESCE_FLAVOUR STREQUAL "explore")
  return()  # the others run in the other flavours
endif()

quiesce_test_folder(unit LIMIT 50 TIMEOUT 60)
quiesce_test_folder(contract LIMIT 50 TIMEOUT 60)
quiesce_test_folder(acceptance LIMIT 50 TIMEOUT 60)
# Stress tests want the whole machine: two at once would measure each other.
quiesce_test_folder(stress LIMIT 280 TIMEOUT 300 RUN_SERIAL TRUE)

include(cmake/special_tests.cmake)

add_executable(launch_overrun "${PROJECT_SOURCE_DIR}/tests/launch/overrun.cpp")
target_compile_options(launch_overrun PRIVATE -pthread)
target_link_options(launch_overrun PRIVATE -pthread)
add_test(NAME launch.test
  COMMAND ${QUIESCE_PYTHON} "${PROJECT_SOURCE_DIR}/tests/launch/launch_test.py" $<TARGET_FILE:launch_overrun>
          ${quiesce_launcher})
set_tests_properties(launch.test PROPERTIES LABELS launch TIMEOUT 60
  ENVIRONMENT "${quiesce_environment_${QUIESCE_FLAVOUR}}")
