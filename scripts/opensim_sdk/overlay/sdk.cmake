# Read by CMake right after OpenSim's own project() call (CMAKE_PROJECT_OpenSim_INCLUDE).
# What can be said to OpenSim's build from outside is said here; edits.py changes only the rest.

# OpenSim forces "-O2 -funroll-loops" into its Release flags. Compile options come later on the
# command line, so these win: the tools are as fast with -O1, and the build is much shorter.
add_compile_options(-O1 -fno-unroll-loops -w)

# Without this the version string would carry the commit of whatever repository surrounds the
# build folder.
set(CMAKE_DISABLE_FIND_PACKAGE_Git ON)

include("${CMAKE_CURRENT_LIST_DIR}/simbody_layout.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/unity_groups.cmake")

set(_sdk_libraries osimLepton osimdocopt osimCommon osimSimulation osimActuators osimAnalyses
    osimTools)

# OpenSim's libraries exist only when its CMake files have been read to the end.
function(finish_sdk_targets)
    # fmt 9 prints a class through its operator<< only when asked. OpenSim's headers rely on it,
    # so whoever includes them needs the same definition.
    target_compile_definitions(osimCommon PUBLIC FMT_DEPRECATED_OSTREAM)
    foreach(library IN LISTS _sdk_libraries)
        group_sources_for_unity_build(${library})
    endforeach()
endfunction()
cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL finish_sdk_targets)
