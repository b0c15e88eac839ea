# cmake -DEXPECTED=<file> -DACTUAL=<file to write> -P compare_output.cmake -- <command>...
# Runs the command and fails unless it succeeds and its standard output is exactly what EXPECTED holds.

set(command "")
set(seen_separator FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(seen_separator)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(seen_separator TRUE)
  endif()
endforeach()

execute_process(COMMAND ${command} OUTPUT_FILE "${ACTUAL}" RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  file(READ "${ACTUAL}" printed)
  message(FATAL_ERROR "the program ended with: ${status}\nit had printed:\n${printed}")
endif()
execute_process(COMMAND diff -u "${EXPECTED}" "${ACTUAL}" RESULT_VARIABLE differs)
if(NOT differs EQUAL 0)
  message(FATAL_ERROR "the output is not that of ${EXPECTED}")
endif()
