# All benchmarks are one program, so that one run compares them on one machine.

file(GLOB bench_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/*.cpp")
if(bench_sources)
  find_package(benchmark REQUIRED)
  add_executable(quiesce_bench ${bench_sources})
  target_link_libraries(quiesce_bench PRIVATE quiesce::quiesce benchmark::benchmark benchmark::benchmark_main)
endif()
