# Test programs that are built in a way of their own.

# A program that loads and unloads a library which calls Quiesce, the program's own copy.
set(plugin_folder "${PROJECT_SOURCE_DIR}/tests/plugin")
foreach(name plugin_library other_plugin_library)
  add_library(${name} MODULE "${plugin_folder}/library/library.cpp")
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/tests")
  # What is unique in the process would keep the library loaded for ever.
  target_compile_options(${name} PRIVATE -pthread -fno-gnu-unique)
endforeach()
# Libraries that hold a copy of Quiesce, which nobody else sees: one linked by hand, without the option that CMake would add,
# and one in the documented way. Each test loads a library of its own: what one of them keeps loaded is no gain of another's.
set(own_copy_definitions "")
foreach(name in_callback after_stop while_armed with_a_mutex documented)
  set(library own_copy_${name}_library)
  add_library(${library} MODULE "${plugin_folder}/own_copy/library.cpp")
  target_include_directories(${library} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/tests")
  target_compile_options(${library} PRIVATE -pthread -fno-gnu-unique -fvisibility=hidden)
  target_link_options(${library} PRIVATE LINKER:--exclude-libs,ALL)
  if(name STREQUAL "documented")
    target_link_libraries(${library} PRIVATE quiesce::quiesce)
  else()
    target_link_libraries(${library} PRIVATE "$<TARGET_FILE:quiesce>")
    add_dependencies(${library} quiesce)
  endif()
  string(TOUPPER "${library}" variable)
  list(APPEND own_copy_definitions QUIESCE_${variable}="$<TARGET_FILE:${library}>")
  list(APPEND own_copy_libraries ${library})
endforeach()
find_package(GTest REQUIRED)
file(GLOB plugin_sources CONFIGURE_DEPENDS "${plugin_folder}/*.cpp")
add_executable(plugin_tests ${plugin_sources})
set_target_properties(plugin_tests PROPERTIES ENABLE_EXPORTS ON)
target_include_directories(plugin_tests PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
target_link_libraries(plugin_tests PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,quiesce> GTest::gtest GTest::gtest_main)
target_compile_definitions(plugin_tests PRIVATE
  QUIESCE_TEST_LIBRARY="$<TARGET_FILE:plugin_library>"
  QUIESCE_OTHER_TEST_LIBRARY="$<TARGET_FILE:other_plugin_library>" ${own_copy_definitions})
add_dependencies(plugin_tests plugin_library other_plugin_library ${own_copy_libraries})
quiesce_register_tests(plugin_tests plugin LIMIT 50 TIMEOUT 60)

# A program with an operator new and a malloc of its own, which count and refuse.
file(GLOB allocation_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/allocations/*.cpp")
add_executable(allocations_tests ${allocation_sources})
target_include_directories(allocations_tests PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
target_link_libraries(allocations_tests PRIVATE quiesce::quiesce GTest::gtest GTest::gtest_main)
quiesce_register_tests(allocations_tests allocations LIMIT 50 TIMEOUT 60)

# Programs that are built with other options than the library. Each option is of one file.
set(options_folder "${PROJECT_SOURCE_DIR}/tests/options")
add_executable(valgrind_program "${options_folder}/valgrind_program.cpp")
target_include_directories(valgrind_program PRIVATE "${PROJECT_SOURCE_DIR}/tests")
target_link_libraries(valgrind_program PRIVATE quiesce::quiesce)
file(GLOB options_sources CONFIGURE_DEPENDS "${options_folder}/*_test.cpp")
if(QUIESCE_FLAVOUR IN_LIST quiesce_sanitizer_flavours)
  # Valgrind and a sanitizer take over the same things.
  list(REMOVE_ITEM options_sources "${options_folder}/valgrind_test.cpp")
endif()
add_executable(options_tests ${options_sources})
target_include_directories(options_tests PRIVATE "${PROJECT_SOURCE_DIR}/tests")
target_link_libraries(options_tests PRIVATE quiesce::quiesce GTest::gtest GTest::gtest_main)
target_compile_definitions(options_tests PRIVATE QUIESCE_VALGRIND_PROGRAM="$<TARGET_FILE:valgrind_program>")
add_dependencies(options_tests valgrind_program)
set_source_files_properties("${options_folder}/without_run_time_types_test.cpp" PROPERTIES COMPILE_OPTIONS -fno-rtti)
set_source_files_properties("${options_folder}/without_exceptions_test.cpp" PROPERTIES COMPILE_OPTIONS -fno-exceptions)
quiesce_register_tests(options_tests options LIMIT 50 TIMEOUT 60)

# Programs that only link the library, or only use what needs no thread; and what the library itself refers to.
set(lifetime_folder "${PROJECT_SOURCE_DIR}/tests/lifetime")
foreach(name linked_program events_program)
  add_executable(lifetime_${name} "${lifetime_folder}/${name}.cpp")
  target_include_directories(lifetime_${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(lifetime_${name} PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,quiesce>)
endforeach()
add_executable(lifetime_tests "${lifetime_folder}/lifetime_test.cpp")
target_link_libraries(lifetime_tests PRIVATE GTest::gtest GTest::gtest_main)
target_compile_definitions(lifetime_tests PRIVATE
  QUIESCE_LINKED_PROGRAM="$<TARGET_FILE:lifetime_linked_program>"
  QUIESCE_EVENTS_PROGRAM="$<TARGET_FILE:lifetime_events_program>"
  QUIESCE_LIBRARY="$<TARGET_FILE:quiesce>")
add_dependencies(lifetime_tests lifetime_linked_program lifetime_events_program quiesce)
quiesce_register_tests(lifetime_tests lifetime LIMIT 50 TIMEOUT 60)

# A project of its own that uses the installed library. Once is enough: the sanitizers' options are not installed with it.
if(QUIESCE_FLAVOUR STREQUAL "dev")
  add_test(NAME install.find_package
    COMMAND "${CMAKE_COMMAND}" "-DBUILD=${PROJECT_BINARY_DIR}" "-DSOURCE=${PROJECT_SOURCE_DIR}"
            "-DWORK=${PROJECT_BINARY_DIR}/install_test" "-DGENERATOR=${CMAKE_GENERATOR}"
            "-DEXPLORES=$<TARGET_EXISTS:quiesce_explore>"
            -P "${PROJECT_SOURCE_DIR}/tests/install/follow.cmake")
  set_tests_properties(install.find_package PROPERTIES LABELS install TIMEOUT 240)
endif()
