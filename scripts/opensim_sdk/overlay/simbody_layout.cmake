# Give one Simbody header the memory layout that the Simbody library was compiled with.
#
# SimTK::CacheEntryInfo has extra members when NDEBUG is not defined. Debian compiles the library
# without NDEBUG; OpenSim, plugins and other Release code define it. Both then compile and link, and
# the first model that is built crashes, because each side has its own idea of the class. So the
# build uses and the SDK installs a copy of that header in which the layout no longer depends on
# NDEBUG. (Undefining NDEBUG everywhere is no way out: it turns on assertions in headers that real
# models fail.)

find_package(Simbody 3.7 REQUIRED NO_MODULE)

set(_layout_include "${CMAKE_BINARY_DIR}/simbody_layout")
set(_layout_header "SimTKcommon/internal/StateImpl.h")

# The library itself says how it was compiled.
try_run(_asked _compiled
    "${CMAKE_BINARY_DIR}/simbody_build_type"
    "${CMAKE_CURRENT_LIST_DIR}/simbody_build_type.cpp"
    LINK_LIBRARIES SimTKcommon
    COMPILE_OUTPUT_VARIABLE _compile_output
    RUN_OUTPUT_VARIABLE _simbody_build_type)
if(NOT _compiled OR NOT _asked EQUAL 0)
    message(FATAL_ERROR "Could not ask the Simbody library how it was compiled: ${_compile_output}")
endif()
if(_simbody_build_type STREQUAL "debug")
    set(_has_debug_members 1)
elseif(_simbody_build_type STREQUAL "release")
    set(_has_debug_members 0)
else()
    message(FATAL_ERROR "Simbody calls its build '${_simbody_build_type}', "
        "expected 'debug' or 'release'.")
endif()

file(READ "${Simbody_INCLUDE_DIR}/${_layout_header}" _text)
string(REGEX MATCHALL "#ifndef NDEBUG" _guards "${_text}")
list(LENGTH _guards _count)
if(NOT _count EQUAL 4)
    message(FATAL_ERROR "${Simbody_INCLUDE_DIR}/${_layout_header}: expected 4 lines "
        "'#ifndef NDEBUG', found ${_count}. This Simbody is not the one this SDK is made for.")
endif()
string(REPLACE "#ifndef NDEBUG" "#if ${_has_debug_members}" _text "${_text}")
string(PREPEND _text "#define OPENSIM_SDK_SIMBODY_LAYOUT ${_has_debug_members}\n")
# Write only what differs: an unchanged date keeps an interrupted build from starting over.
set(_written "")
if(EXISTS "${_layout_include}/${_layout_header}")
    file(READ "${_layout_include}/${_layout_header}" _written)
endif()
if(NOT _written STREQUAL _text)
    file(WRITE "${_layout_include}/${_layout_header}" "${_text}")
endif()

include_directories(BEFORE "${_layout_include}")
install(FILES "${_layout_include}/${_layout_header}" DESTINATION "include/SimTKcommon/internal")
message(STATUS "Simbody was compiled as ${_simbody_build_type}; ${_layout_header} fixed to that")
