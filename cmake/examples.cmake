# Each examples/<stem>.cpp is a program example_<stem>. With examples/<stem>.expected beside it, it is also a test:
# what the program prints must be exactly that file.

file(GLOB example_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/*.cpp")
foreach(source IN LISTS example_sources)
  cmake_path(GET source STEM stem)
  add_executable(example_${stem} "${source}")
  target_link_libraries(example_${stem} PRIVATE quiesce::quiesce)
  set(expected "${PROJECT_SOURCE_DIR}/examples/${stem}.expected")
  # CONFIGURE_DEPENDS: so that the test appears when the file does.
  file(GLOB found CONFIGURE_DEPENDS "${expected}")
  if(QUIESCE_TESTS AND found)
    add_test(NAME example.${stem}
      COMMAND "${CMAKE_COMMAND}" "-DEXPECTED=${expected}" "-DACTUAL=${PROJECT_BINARY_DIR}/example_${stem}.out"
              -P "${PROJECT_SOURCE_DIR}/cmake/compare_output.cmake"
              -- ${quiesce_launcher} --limit=50 $<TARGET_FILE:example_${stem}>)
    set_tests_properties(example.${stem} PROPERTIES LABELS example TIMEOUT 60
      ENVIRONMENT "${quiesce_environment_${QUIESCE_FLAVOUR}}")
  endif()
endforeach()
