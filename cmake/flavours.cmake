# A flavour is a way of building everything: the library, the tests and the programs get the same options, because
# a sanitizer that sees only half of the program reports nonsense about the other half.
# Without a flavour (a sub-project, or a plain `cmake -B`) the options are the caller's own.

set(QUIESCE_FLAVOUR "" CACHE STRING "dev, release, asan, tsan, explore or bench; empty: the caller's own options")

set(quiesce_flavour_dev -O1 -g1 -D_GLIBCXX_ASSERTIONS)
set(quiesce_flavour_release -O2 -g1 -DNDEBUG)
set(quiesce_flavour_asan -Og -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
set(quiesce_flavour_tsan -Og -g1 -fsanitize=thread)
# The programs under test get the explorer's own options besides: see exploration.cmake.
set(quiesce_flavour_explore -O1 -g)
set(quiesce_flavour_bench ${quiesce_flavour_release})
set(quiesce_sanitizer_flavours asan tsan)

# What a test finds in its environment, as a list of NAME=VALUE.
set(quiesce_environment_asan
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_init_order=1
    UBSAN_OPTIONS=print_stacktrace=1)
set(quiesce_environment_tsan TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1)

if(QUIESCE_FLAVOUR)
  if(NOT DEFINED quiesce_flavour_${QUIESCE_FLAVOUR})
    message(FATAL_ERROR "QUIESCE_FLAVOUR: there is no flavour '${QUIESCE_FLAVOUR}'")
  endif()
  add_compile_options(${quiesce_flavour_${QUIESCE_FLAVOUR}})
  # The link needs -fsanitize=… too; the other options do nothing there.
  add_link_options(${quiesce_flavour_${QUIESCE_FLAVOUR}})
endif()

if(PROJECT_IS_TOP_LEVEL)
  # Only here: somebody else's newer compiler may know warnings that ours does not, and must not fail because of them.
  add_compile_options(-Wall -Wextra -Wconversion -Wshadow -Werror)
  if(QUIESCE_FLAVOUR STREQUAL "asan")
    # g++ 12 takes variables behind the sanitizer's checks for uninitialized; the other flavours keep the warning.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
endif()
