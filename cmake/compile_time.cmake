# quiesce_precompile(<target> [<header>...])
# Half of the time that a source takes to compile goes to the standard library's headers. In the flavours that build
# everything once more, they are compiled once per target. The other flavours have to do without: there a source that forgets
# to include what it uses does not build.

set(quiesce_precompiled_flavours asan tsan explore)
set(quiesce_precompiled_headers
  <algorithm> <array> <atomic> <chrono> <cstdint> <functional> <memory> <mutex> <optional> <span> <stop_token> <string>
  <system_error> <thread> <utility> <vector>)

function(quiesce_precompile target)
  if(PROJECT_IS_TOP_LEVEL AND QUIESCE_FLAVOUR IN_LIST quiesce_precompiled_flavours)
    target_precompile_headers(${target} PRIVATE ${quiesce_precompiled_headers} ${ARGN})
  endif()
endfunction()
