# Half of the time that a source takes to compile goes to the standard library's headers, and much of the rest to templates
# that its neighbours make once more. In the dev flavour each source of the library, of the explorer and of the programs is
# compiled alone, so that one which forgets to include what it uses, or which uses what its neighbour defines, does not build
# there. The flavours that build everything once more do it in fewer and shorter steps, and so do the tests everywhere.

set(quiesce_quick_flavours asan tsan explore release)
set(quiesce_precompiled_headers
  <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <memory> <mutex> <optional> <span> <stop_token> <string>
  <system_error> <thread> <utility> <vector>)

# quiesce_precompile(<target> [<header>...])
# These headers and the most used ones of the standard library are compiled once for the target.
function(quiesce_precompile target)
  if(PROJECT_IS_TOP_LEVEL)
    target_precompile_headers(${target} PRIVATE ${quiesce_precompiled_headers} ${ARGN})
    # In a precompiled std::string, g++ 12 finds copies that leave it and never happen; without, it keeps quiet of them.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
  endif()
endfunction()

# quiesce_compile_together(<target> [IN_DEV_TOO] [ALONE <regular expression>])
# In the flavours named above the target's sources are compiled a dozen at a time, but for those whose paths match; in dev,
# where one works, eight at a time.
function(quiesce_compile_together target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "IN_DEV_TOO" "ALONE" "")
  set(at_once 12)
  if(arg_IN_DEV_TOO AND QUIESCE_FLAVOUR STREQUAL "dev")
    set(at_once 8)
  elseif(NOT QUIESCE_FLAVOUR IN_LIST quiesce_quick_flavours)
    return()
  endif()
  if(NOT PROJECT_IS_TOP_LEVEL)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${at_once})
  # What a source declares for itself, its neighbour may declare inside a function.
  target_compile_options(${target} PRIVATE -Wno-shadow)
  if(arg_ALONE)
    get_target_property(sources ${target} SOURCES)
    list(FILTER sources INCLUDE REGEX "${arg_ALONE}")
    set_source_files_properties(${sources} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
endfunction()
