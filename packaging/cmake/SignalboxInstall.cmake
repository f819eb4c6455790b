# The rooms as one shared library, installable, for find_package(Signalbox).
#
# The rooms are static libraries so that tests link only what they test, and so that a room can link nothing but what
# USES names. Programs link this library instead: two copies of a room in one process would be two of its singletons.
get_property(rooms GLOBAL PROPERTY SIGNALBOX_ROOMS)
include(CMakePackageConfigHelpers)

# A shared library needs a source of its own; what it is made of comes from the rooms.
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/signalbox_core.cpp
    CONTENT "// The rooms of core are linked into this library whole: see SignalboxInstall.cmake.\n")
add_library(SignalboxCore SHARED ${CMAKE_CURRENT_BINARY_DIR}/signalbox_core.cpp)
add_library(Signalbox::Core ALIAS SignalboxCore)
list(JOIN rooms "," joined)
target_link_libraries(SignalboxCore PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${joined}>"
    PUBLIC Qt6::Core Qt6::Network tl::expected spdlog::spdlog)
# The rooms name each other as ordinary libraries too; here each is linked once, and whole.
set_property(TARGET SignalboxCore PROPERTY LINK_LIBRARY_OVERRIDE "WHOLE_ARCHIVE,${joined}")
set_target_properties(SignalboxCore PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
    EXPORT_NAME Core AUTOMOC OFF)
target_include_directories(SignalboxCore PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)

foreach(room IN LISTS rooms)
    get_target_property(room_headers ${room} HEADER_SET)
    get_target_property(room_folder ${room} SOURCE_DIR)
    foreach(header IN LISTS room_headers)
        get_filename_component(header ${header} ABSOLUTE BASE_DIR ${room_folder})
        list(APPEND headers ${header})
    endforeach()
endforeach()
# By file, and not by install(FILE_SET): as they are headers of the rooms already, each would be verified twice.
foreach(header IN LISTS headers)
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${header})
    get_filename_component(folder ${path} DIRECTORY)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/signalbox/${folder} COMPONENT development)
endforeach()
target_include_directories(SignalboxCore INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/signalbox>)

install(TARGETS SignalboxCore EXPORT SignalboxTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library NAMELINK_COMPONENT development)
install(EXPORT SignalboxTargets NAMESPACE Signalbox:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Signalbox
    COMPONENT development)
configure_package_config_file(${PROJECT_SOURCE_DIR}/packaging/cmake/SignalboxConfig.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/SignalboxConfig.cmake INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Signalbox)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/SignalboxConfigVersion.cmake
    VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/SignalboxConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/SignalboxConfigVersion.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Signalbox COMPONENT development)
