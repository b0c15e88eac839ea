# The tests of the explorer, and those that need it. They belong to the flavour explore, but for what nothing is explored in.

find_package(GTest REQUIRED)

if(QUIESCE_FLAVOUR STREQUAL "dev")
  file(GLOB explore_test_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/explore/tests/*_test.cpp")
  add_executable(explore_tests ${explore_test_sources})
  target_include_directories(explore_tests PRIVATE "${PROJECT_SOURCE_DIR}/explore/src")
  target_link_libraries(explore_tests PRIVATE quiesce::explore GTest::gmock GTest::gtest_main)
  quiesce_precompile(explore_tests <gmock/gmock.h> <gtest/gtest.h>)
  quiesce_compile_together(explore_tests IN_DEV_TOO)
  quiesce_register_tests(explore_tests explorer LIMIT 50 TIMEOUT 60)

  # The scripts of the pages that are written. Without node this is a skipped test, and counted as such.
  add_test(NAME explore.page_scripts
    COMMAND ${QUIESCE_PYTHON} "${PROJECT_SOURCE_DIR}/explore/tests/page_scripts_test.py"
            "${PROJECT_SOURCE_DIR}/explore/src/page.html" "${PROJECT_SOURCE_DIR}/tools/quiesce/report.html")
  set_tests_properties(explore.page_scripts PROPERTIES LABELS explorer TIMEOUT 60 SKIP_RETURN_CODE 77)

  # The command, and the guide to it. The flavour explore has no use for the tools.
  add_test(NAME guide.test COMMAND ${QUIESCE_PYTHON} "${PROJECT_SOURCE_DIR}/tests/guide/follow_test.py")
  set_tests_properties(guide.test PROPERTIES LABELS guide TIMEOUT 60)
  if(TARGET quiesce_program)
    foreach(page explore reading green)
      add_test(NAME guide.${page}
        COMMAND ${QUIESCE_PYTHON} "${PROJECT_SOURCE_DIR}/tests/guide/follow.py" $<TARGET_FILE:quiesce_program>
                "${PROJECT_SOURCE_DIR}/docs/${page}.md")
      set_tests_properties(guide.${page} PROPERTIES LABELS guide TIMEOUT 240)
    endforeach()
    add_test(NAME explore.command
      COMMAND ${QUIESCE_PYTHON} "${PROJECT_SOURCE_DIR}/explore/tests/command_test.py" $<TARGET_FILE:quiesce_program>)
    set_tests_properties(explore.command PROPERTIES LABELS guide TIMEOUT 240)
  endif()
endif()

if(NOT QUIESCE_FLAVOUR STREQUAL "explore")
  return()
endif()

# What `./dev explore` runs.
add_custom_target(explorations)

# Tests of the explorer that explore something: they are themselves programs under test.
set(tests "${PROJECT_SOURCE_DIR}/explore/tests")
file(GLOB hooked_test_sources CONFIGURE_DEPENDS "${tests}/explored/*_test.cpp" "${tests}/explored/outcomes.cpp")
if(hooked_test_sources)
  quiesce_add_exploration(explore_hooked_tests ${hooked_test_sources})
  target_include_directories(explore_hooked_tests PRIVATE "${PROJECT_SOURCE_DIR}/explore/src")
  target_link_libraries(explore_hooked_tests PRIVATE GTest::gmock GTest::gtest_main)
  quiesce_precompile(explore_hooked_tests <gmock/gmock.h> <gtest/gtest.h>)
  quiesce_register_tests(explore_hooked_tests explorer LIMIT 110 TIMEOUT 120)
endif()

# Runs for 20 s, or for QUIESCE_FUZZ_SECONDS, which `./dev test --long` sets together with QUIESCE_TEST_LIMIT.
file(GLOB fuzz_sources CONFIGURE_DEPENDS "${tests}/explored/*fuzz*.cpp")
if(fuzz_sources)
  quiesce_add_exploration(explore_fuzz_tests ${fuzz_sources})
  target_link_libraries(explore_fuzz_tests PRIVATE GTest::gmock GTest::gtest_main)
  quiesce_register_tests(explore_fuzz_tests fuzz LIMIT 60 TIMEOUT 700)
endif()

# Quiesce under the explorer. Unchanged: what the library does for ThreadSanitizer only, it does not do here.
add_library(quiesce_hooked STATIC ${quiesce_sources})
target_include_directories(quiesce_hooked PUBLIC include PRIVATE src)
target_compile_options(quiesce_hooked PUBLIC -U__SANITIZE_THREAD__)
target_link_libraries(quiesce_hooked PUBLIC quiesce::hooks)
quiesce_compile_together(quiesce_hooked)
# Nothing else here uses it.
set_target_properties(quiesce PROPERTIES EXCLUDE_FROM_ALL ON)

file(GLOB_RECURSE scenario_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/explore/*.cpp")
if(scenario_sources)
  quiesce_add_exploration(scenario_tests ${scenario_sources})
  target_include_directories(scenario_tests PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(scenario_tests PRIVATE quiesce_hooked GTest::gmock GTest::gtest_main)
  quiesce_precompile(scenario_tests <gmock/gmock.h> <gtest/gtest.h>)
  quiesce_compile_together(scenario_tests)
  add_dependencies(explorations scenario_tests)
  quiesce_register_tests(scenario_tests scenario LIMIT 110 TIMEOUT 120)
endif()

# quiesce_explore_programs(<folder> <label>): each of the programs there, explored, must be found to be as the folder's
# list.txt says.
set(gallery "${PROJECT_SOURCE_DIR}/explore/gallery")
function(quiesce_explore_programs folder label)
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  file(GLOB list CONFIGURE_DEPENDS "${folder}/list.txt")
  if(NOT list)
    return()
  endif()
  set(first "")
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM name)
    quiesce_add_exploration(${label}_${name} "${source}")
    if(first)
      target_precompile_headers(${label}_${name} REUSE_FROM ${first})
    else()
      set(first ${label}_${name})
      quiesce_precompile(${first})
    endif()
    add_dependencies(explorations ${label}_${name})
    set_target_properties(${label}_${name} PROPERTIES
      OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/${label}")
    add_test(NAME ${label}.${name}
      COMMAND ${QUIESCE_PYTHON} "${gallery}/run.py" "--list=${folder}/list.txt" "--programs=${PROJECT_BINARY_DIR}/${label}"
              --exactly ${name})
    set_tests_properties(${label}.${name} PROPERTIES LABELS ${label} TIMEOUT 120)
  endforeach()
endfunction()

quiesce_explore_programs("${gallery}" gallery)
quiesce_explore_programs("${tests}/programs" programs)
add_test(NAME gallery.pictures
  COMMAND ${QUIESCE_PYTHON} "${gallery}/pictures.py" "${PROJECT_BINARY_DIR}/gallery")
set_tests_properties(gallery.pictures PROPERTIES LABELS gallery TIMEOUT 240)
add_test(NAME gallery.run.test COMMAND ${QUIESCE_PYTHON} "${gallery}/run_test.py")
set_tests_properties(gallery.run.test PROPERTIES LABELS gallery TIMEOUT 60)

# The gallery's programs once more, as anybody would build them. The wrong ones only need to build. Each of them includes
# <thread>: precompiled, it hides from none that it forgot to include something.
file(GLOB gallery_sources CONFIGURE_DEPENDS "${gallery}/*.cpp")
set(first "")
foreach(source IN LISTS gallery_sources)
  cmake_path(GET source STEM name)
  add_executable(plain_${name} "${source}")
  if(first)
    target_precompile_headers(plain_${name} REUSE_FROM ${first})
  else()
    set(first plain_${name})
    target_precompile_headers(${first} PRIVATE <thread>)
  endif()
  target_compile_options(plain_${name} PRIVATE -pthread)
  target_link_options(plain_${name} PRIVATE -pthread)
  set_target_properties(plain_${name} PROPERTIES
    OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/plain")
  if(name MATCHES "_right$")
    add_test(NAME plain.${name} COMMAND ${quiesce_launcher} --limit=20 $<TARGET_FILE:plain_${name}>)
    set_tests_properties(plain.${name} PROPERTIES LABELS plain TIMEOUT 30)
  endif()
endforeach()

add_test(NAME explore.bad_input
  COMMAND ${QUIESCE_PYTHON} "${tests}/bad_input_test.py" "${PROJECT_BINARY_DIR}/programs" $<TARGET_FILE:quiesce_explore>)
set_tests_properties(explore.bad_input PROPERTIES LABELS explorer TIMEOUT 120)
