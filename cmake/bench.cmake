# All benchmarks are one program, so that one run compares them on one machine.

file(GLOB bench_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/*.cpp")
if(bench_sources)
  find_package(benchmark REQUIRED)
  add_executable(quiesce_bench ${bench_sources})
  target_link_libraries(quiesce_bench PRIVATE quiesce::quiesce benchmark::benchmark benchmark::benchmark_main)

  # Other libraries beside ours, each in one file.
  option(QUIESCE_BENCH_PEERS "Measure nsync, TBB, Asio and libuv too" OFF)
  if(QUIESCE_BENCH_PEERS)
    file(GLOB peer_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/bench/peers/*.cpp")
    target_sources(quiesce_bench PRIVATE ${peer_sources})
    set_source_files_properties(${peer_sources} PROPERTIES COMPILE_OPTIONS "-Wno-conversion;-Wno-shadow")
    target_link_libraries(quiesce_bench PRIVATE nsync_cpp tbb uv)
  endif()
endif()

# Run under callgrind by count.py.
add_executable(instructions_program "${PROJECT_SOURCE_DIR}/bench/instructions/instructions.cpp")
target_link_libraries(instructions_program PRIVATE quiesce::quiesce)

# The explorer beside Relacy, which explores programs written in its own types.
option(QUIESCE_BENCH_EXPLORER "Build the explorer's benchmark (needs Relacy's headers)" OFF)
# The bench preset leaves the explorer out: then an answer from an earlier configuration counts for nothing.
if(QUIESCE_BENCH_EXPLORER AND TARGET quiesce::explore)
  find_path(RELACY_INCLUDE relacy/relacy.hpp REQUIRED)
  add_library(relacy_programs OBJECT "${PROJECT_SOURCE_DIR}/bench/explore/relacy_programs.cpp")
  target_compile_features(relacy_programs PRIVATE cxx_std_20)
  target_include_directories(relacy_programs SYSTEM PRIVATE ${RELACY_INCLUDE})
  target_compile_options(relacy_programs PRIVATE -w)  # Relacy's headers in the manner of their time
  quiesce_add_exploration(explorer_bench "${PROJECT_SOURCE_DIR}/bench/explore/explorer_bench.cpp")
  target_link_libraries(explorer_bench PRIVATE relacy_programs)
endif()
