# cmake -DBUILD=<build folder> -DSOURCE=<source folder> -DWORK=<folder to use> -DGENERATOR=<name> -DEXPLORES=<boolean>
#       -P follow.cmake
# Installs the library, builds a program in a project of its own against it, and compares what the program prints. Then the same
# of the explorer, where it is built: the program must explore.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE printed ERROR_VARIABLE printed)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "'${ARGN}' ended with: ${status}\nit had printed:\n${printed}")
  endif()
endfunction()

file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/prefix")
file(COPY "${SOURCE}/tests/install/project/CMakeLists.txt" "${SOURCE}/examples/ticks.cpp" DESTINATION "${WORK}/project")
run("${CMAKE_COMMAND}" -S "${WORK}/project" -B "${WORK}/build" -G "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${WORK}/prefix")

# Neither the sources nor the build folder may be needed any more.
file(STRINGS "${WORK}/build/CMakeCache.txt" found REGEX "^quiesce_DIR:")
if(NOT found MATCHES "=${WORK}/prefix/")
  message(FATAL_ERROR "another copy was found: ${found}")
endif()
file(GLOB_RECURSE described "${WORK}/prefix/*.cmake")
foreach(file IN LISTS described)
  file(READ "${file}" text)
  foreach(folder "${SOURCE}/include" "${SOURCE}/src" "${BUILD}/CMakeFiles")
    string(FIND "${text}" "${folder}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "${file} names ${folder}")
    endif()
  endforeach()
endforeach()

run("${CMAKE_COMMAND}" --build "${WORK}/build")
execute_process(COMMAND "${WORK}/build/ticks" OUTPUT_VARIABLE printed RESULT_VARIABLE status)
file(READ "${SOURCE}/examples/ticks.expected" expected)
if(NOT status EQUAL 0 OR NOT printed STREQUAL expected)
  message(FATAL_ERROR "the program ended with: ${status}\nit had printed:\n${printed}")
endif()

if(EXPLORES)
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/prefix" --component explorer)
  file(COPY "${SOURCE}/tests/install/exploration" DESTINATION "${WORK}")
  run("${CMAKE_COMMAND}" -S "${WORK}/exploration" -B "${WORK}/exploration/build" -G "${GENERATOR}"
      "-DCMAKE_PREFIX_PATH=${WORK}/prefix")
  run("${CMAKE_COMMAND}" --build "${WORK}/exploration/build")
  # In no single execution it could meet the state that it must reach.
  run("${WORK}/exploration/build/letter_box_test")
endif()
