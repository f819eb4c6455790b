# signalbox_add_room(NAME USES room ... HEADERS ... SOURCES ... SCRIPTS ... LIBRARIES ...)
#
# A room is one folder of core. It links only the rooms that USES names, and USES may name only rooms below it:
# service -> {worker, schedule, history, metrics, local} -> queue -> redis -> runtime -> model. Configuring fails
# otherwise, with both names. HEADERS are installed. SCRIPTS are Lua files that are embedded as C++ strings.
set(SIGNALBOX_ROOM_FLOORS
    "model=0;runtime=1;redis=2;queue=3;worker=4;schedule=4;history=4;metrics=4;local=4;service=5;api=6")

function(signalbox_room_floor room result)
    foreach(entry IN LISTS SIGNALBOX_ROOM_FLOORS)
        if(entry MATCHES "^${room}=([0-9]+)$")
            set(${result} ${CMAKE_MATCH_1} PARENT_SCOPE)
            return()
        endif()
    endforeach()
    message(FATAL_ERROR "There is no room called '${room}'. Rooms and their floors are in SignalboxRooms.cmake.")
endfunction()

function(signalbox_add_room name)
    cmake_parse_arguments(ROOM "" "" "USES;HEADERS;SOURCES;SCRIPTS;LIBRARIES" ${ARGN})
    set(target signalbox_${name})
    add_library(${target} STATIC ${ROOM_SOURCES})
    target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${ROOM_HEADERS})
    set_target_properties(${target} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON EXPORT_NAME ${name})
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
    target_link_libraries(${target} PUBLIC Qt6::Core tl::expected ${ROOM_LIBRARIES})
    signalbox_room_floor(${name} own)
    foreach(used IN LISTS ROOM_USES)
        signalbox_room_floor(${used} below)
        if(NOT below LESS own)
            message(FATAL_ERROR "Room '${name}' may not use room '${used}': dependencies point down only.")
        endif()
        target_link_libraries(${target} PUBLIC signalbox_${used})
    endforeach()
    if(ROOM_SCRIPTS)
        signalbox_embed_scripts(${target} ${name} ${ROOM_SCRIPTS})
    endif()
    if(SIGNALBOX_PCH)
        if(name STREQUAL "model")
            target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/packaging/cmake/core_pch.h)
        else()
            target_precompile_headers(${target} REUSE_FROM signalbox_model)
        endif()
    endif()
    set_property(GLOBAL APPEND PROPERTY SIGNALBOX_ROOMS ${target})
    set_property(GLOBAL APPEND PROPERTY SIGNALBOX_HEADERS ${ROOM_HEADERS})
endfunction()

# Each script becomes a ScriptSource constant in <room>_scripts.cpp; a line "-- include NAME" is replaced by
# lua/include/NAME.lua, so that shared steps exist once.
function(signalbox_embed_scripts target name)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/${name}_scripts.cpp)
    file(GLOB includes CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/lua/include/*.lua)
    list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE scripts)
    string(REPLACE ";" "|" joined "${scripts}")
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} "-DSCRIPTS=${joined}" -DOUT=${out} -DROOM=${name}
            -DINCLUDES=${CMAKE_CURRENT_SOURCE_DIR}/lua/include
            -P ${PROJECT_SOURCE_DIR}/packaging/cmake/embed_scripts.cmake
        DEPENDS ${scripts} ${includes} ${PROJECT_SOURCE_DIR}/packaging/cmake/embed_scripts.cmake
        VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()

# A test's time limit as ctest gets it: longer under sanitizers, and by SIGNALBOX_TEST_TIME_FACTOR for soak runs.
set(SIGNALBOX_TEST_TIME_FACTOR 1 CACHE STRING "Multiplies every test's time limit")
function(signalbox_test_seconds seconds result)
    set(factor ${SIGNALBOX_TEST_TIME_FACTOR})
    if(SIGNALBOX_SANITIZE OR SIGNALBOX_COVERAGE)
        math(EXPR factor "${factor} * 5")
    endif()
    math(EXPR scaled "${seconds} * ${factor}")
    set(${result} ${scaled} PARENT_SCOPE)
endfunction()

# signalbox_add_test(NAME SOURCES ... LIBRARIES ... [LABELS ...] [TIMEOUT s] [WIDGETS])
# One Qt Test program. WIDGETS runs it on the offscreen platform.
function(signalbox_add_test name)
    cmake_parse_arguments(TEST "WIDGETS" "TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
    add_executable(${name} ${TEST_SOURCES})
    target_link_libraries(${name} PRIVATE ${TEST_LIBRARIES} Qt6::Test)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
    if(SIGNALBOX_PCH AND TARGET signalbox_model)
        target_precompile_headers(${name} REUSE_FROM signalbox_model)
    endif()
    add_test(NAME ${name} COMMAND ${name})
    if(NOT TEST_TIMEOUT)
        set(TEST_TIMEOUT 120)
    endif()
    signalbox_test_seconds(${TEST_TIMEOUT} TEST_TIMEOUT)
    # No debugger on a crash: it costs a minute, and the core of a failing run is the output of the test itself.
    set(environment "QT_NO_GLIB=1" "QTEST_DISABLE_STACK_DUMP=1")
    if(TEST_WIDGETS)
        list(APPEND environment "QT_QPA_PLATFORM=offscreen")
    endif()
    if(SIGNALBOX_SANITIZE MATCHES "thread")
        list(APPEND environment
            "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp:halt_on_error=1:second_deadlock_stack=1:die_after_fork=0")
    elseif(SIGNALBOX_SANITIZE MATCHES "address")
        # The order of libraries is not looked at, because faketime has to be loaded first where a test uses it.
        list(APPEND environment "ASAN_OPTIONS=verify_asan_link_order=0"
            "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0")
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "${TEST_LABELS}"
        ENVIRONMENT "${environment}")
endfunction()
