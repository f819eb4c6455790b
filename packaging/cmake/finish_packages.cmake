# What every Debian package has and an installation from source needs not: copyright, changelogs, compressed pages. Run
# by CPack on each component's staged files, just before they are packed.
set(source ${CPACK_SIGNALBOX_SOURCE_DIR})

# -n: without the time, so that the same source makes the same package.
function(signalbox_compress)
    execute_process(COMMAND gzip -9 -n -f ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

foreach(component IN LISTS CPACK_COMPONENTS_ALL)
    string(TOUPPER ${component} key)
    set(share ${CPACK_TEMPORARY_DIRECTORY}/${component}/usr/share)
    set(documents ${share}/doc/${CPACK_DEBIAN_${key}_PACKAGE_NAME})
    file(MAKE_DIRECTORY ${documents})
    file(COPY_FILE ${source}/packaging/debian/copyright ${documents}/copyright)
    file(COPY_FILE ${source}/packaging/debian/changelog ${documents}/changelog.Debian)
    file(COPY_FILE ${source}/CHANGELOG.md ${documents}/changelog)
    file(GLOB pages ${share}/man/man*/*.[1-9])
    signalbox_compress(${documents}/changelog.Debian ${documents}/changelog ${pages})
endforeach()

# What the pages name as docs/… and resources/…
set(documents ${CPACK_TEMPORARY_DIRECTORY}/ctl/usr/share/doc/${CPACK_DEBIAN_CTL_PACKAGE_NAME})
file(COPY ${source}/docs/configuration.md ${source}/docs/handlers.md DESTINATION ${documents})
file(COPY ${source}/resources/handlers DESTINATION ${documents}/examples)
set(documents ${CPACK_TEMPORARY_DIRECTORY}/development/usr/share/doc/${CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME})
file(COPY ${source}/docs/examples/embed DESTINATION ${documents}/examples)
