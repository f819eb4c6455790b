# Debian packages by CPack, one a component; packaging/deb builds and checks them.
#
# Version and maintainer are read from Debian's changelog, so that they stand in one place.
set(folder ${PROJECT_SOURCE_DIR}/packaging/debian)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${folder}/changelog)
file(READ ${folder}/changelog changelog)
if(NOT changelog MATCHES "^signalbox \\(([0-9.]+)-([0-9]+)\\)" OR NOT CMAKE_MATCH_1 STREQUAL PROJECT_VERSION)
    message(FATAL_ERROR "packaging/debian/changelog has to begin with version ${PROJECT_VERSION}.")
endif()
set(CPACK_DEBIAN_PACKAGE_RELEASE ${CMAKE_MATCH_2})
if(NOT changelog MATCHES "\n -- ([^\n]+>)  ")
    message(FATAL_ERROR "packaging/debian/changelog names no maintainer.")
endif()
set(CPACK_PACKAGE_CONTACT ${CMAKE_MATCH_1})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME signalbox)
set(CPACK_PACKAGE_VENDOR Signalbox)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # or it would be put before each package's own
set(CPACK_COMPONENTS_ALL library development ctl console)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/cmake/finish_packages.cmake)
set(CPACK_SIGNALBOX_SOURCE_DIR ${PROJECT_SOURCE_DIR}) # for that script

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SOURCE signalbox)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
get_target_property(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS SignalboxCore BINARY_DIR)
# One version of the library is no promise about the next yet: what uses it, needs exactly its own.
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)

set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME libsignalboxcore${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${folder}/triggers)
set(CPACK_DEBIAN_LIBRARY_DESCRIPTION "job queues on Redis - shared library
Signalbox keeps background jobs in Redis: strict priorities, delayed jobs,
retries, dead letters, leases with fencing tokens, and a stream of events.

This package holds the library that its programs share.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libsignalboxcore-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DEPENDS library)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "qt6-base-dev (>= 6.4), libexpected-dev, libspdlog-dev")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "job queues on Redis - development files
Signalbox keeps background jobs in Redis: strict priorities, delayed jobs,
retries, dead letters, leases with fencing tokens, and a stream of events.

This package holds the headers, an example, and what find_package(Signalbox)
of CMake needs, for C++ programs that submit jobs or run them.")

# Without a server to use, the programs start a redis-server of their own; with one, they need none here.
set(server "redis-server (>= 5:7.0), ca-certificates")
set(CPACK_DEBIAN_CTL_PACKAGE_NAME signalboxctl)
set(CPACK_DEBIAN_CTL_PACKAGE_SECTION utils)
set(CPACK_COMPONENT_CTL_DEPENDS library)
set(CPACK_DEBIAN_CTL_PACKAGE_RECOMMENDS "${server}")
set(CPACK_DEBIAN_CTL_PACKAGE_SUGGESTS "signalbox, python3")
set(CPACK_DEBIAN_CTL_DESCRIPTION "job queues on Redis - command line and workers
Signalbox keeps background jobs in Redis: strict priorities, delayed jobs,
retries, dead letters, leases with fencing tokens, and a stream of events.

This package holds signalboxctl. It submits jobs and shows what became of
them, runs workers without a desktop, and requeues dead letters, with JSON
output and documented exit codes for scripts.")

set(CPACK_DEBIAN_CONSOLE_PACKAGE_NAME signalbox)
set(CPACK_DEBIAN_CONSOLE_PACKAGE_SECTION admin)
set(CPACK_COMPONENT_CONSOLE_DEPENDS library)
set(CPACK_DEBIAN_CONSOLE_PACKAGE_DEPENDS "breeze-icon-theme")
set(CPACK_DEBIAN_CONSOLE_PACKAGE_RECOMMENDS "${server}, fonts-inter, qt6-translations-l10n, qt6-wayland")
set(CPACK_DEBIAN_CONSOLE_PACKAGE_SUGGESTS "signalboxctl")
set(CPACK_DEBIAN_CONSOLE_DESCRIPTION "job queues on Redis - desktop console
Signalbox keeps background jobs in Redis: strict priorities, delayed jobs,
retries, dead letters, leases with fencing tokens, and a stream of events.

This package holds the console, a window that shows queues, jobs, dead letters
and workers as they change, and acts on them.")
include(CPack)
