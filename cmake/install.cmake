# Installs the library: other projects find it with find_package(quiesce) and link quiesce::quiesce. And, if asked for by
# --component explorer, the explorer: they make a program that explores with quiesce_add_exploration.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/quiesce")
install(TARGETS quiesce EXPORT quiesce_targets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
# The package needs no other package, so the lists of its targets and one function are all there is to it.
install(EXPORT quiesce_targets NAMESPACE quiesce:: DESTINATION "${package_folder}")
install(FILES "${PROJECT_SOURCE_DIR}/cmake/exploration.cmake" "${PROJECT_SOURCE_DIR}/cmake/quiesce-config.cmake"
  DESTINATION "${package_folder}")
# Before version 1 a minor version may break what the one before it promised.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/quiesce-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/quiesce-config-version.cmake" DESTINATION "${package_folder}")

# Not with the library: who builds only that could not install it any more.
if(TARGET quiesce_explore)
  install(TARGETS quiesce_explore quiesce_hooks quiesce_exploration EXPORT quiesce_explorer_targets
    COMPONENT explorer EXCLUDE_FROM_ALL INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/explore/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    COMPONENT explorer EXCLUDE_FROM_ALL)
  install(EXPORT quiesce_explorer_targets NAMESPACE quiesce:: DESTINATION "${package_folder}"
    COMPONENT explorer EXCLUDE_FROM_ALL)
endif()
