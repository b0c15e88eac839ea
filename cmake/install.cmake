# Installs the library: other projects find it with find_package(quiesce) and link quiesce::quiesce.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/quiesce")
install(TARGETS quiesce EXPORT quiesce_targets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
# The package needs no other package, so the list of its targets is all there is to it.
install(EXPORT quiesce_targets FILE quiesce-config.cmake NAMESPACE quiesce:: DESTINATION "${package_folder}")
# Before version 1 a minor version may break what the one before it promised.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/quiesce-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/quiesce-config-version.cmake" DESTINATION "${package_folder}")
