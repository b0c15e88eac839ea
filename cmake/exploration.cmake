# quiesce_add_exploration(<target> <source>...)
# A program that the explorer runs through its interleavings: its sources are compiled with the calls that the explorer
# needs, and it is linked with the explorer in place of the sanitizer's runtime. Started plainly it behaves as ever;
# `quiesce explore` explores it, and inside it explore::check() can be called. Libraries that it uses are explored, too, if
# they link quiesce::hooks; those that do not are run as they are.
function(quiesce_add_exploration target)
  if(NOT TARGET quiesce::explore)
    message(FATAL_ERROR "quiesce_add_exploration: there is no explorer: it is not installed, QUIESCE_EXPLORE is off, or a sanitizer is on")
  endif()
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE quiesce::exploration)
endfunction()
