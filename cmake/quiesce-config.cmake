# What find_package(quiesce) reads, where it is installed. The explorer may not be.
include("${CMAKE_CURRENT_LIST_DIR}/quiesce_targets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/quiesce_explorer_targets.cmake" OPTIONAL)
include("${CMAKE_CURRENT_LIST_DIR}/exploration.cmake")
