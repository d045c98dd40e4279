# Find an OpenSim SDK and ask its libraries what they are, because the plugin runs only in the
# OpenSim it was built for.
#
# Sets NMM_OPENSIM_VERSION, NMM_SIMBODY_VERSION (major.minor) and NMM_SIMBODY_BUILD_TYPE ("debug"
# or "release").

find_package(OpenSim)
if(NOT OpenSim_FOUND)
    message(FATAL_ERROR
        "Expected an OpenSim SDK, version 4.5 or 4.6, but found none: set OpenSim_DIR to the "
        "folder of its OpenSimConfig.cmake, or leave the plugin out with -DNMM_BUILD_PLUGIN=OFF.")
endif()
# What its headers are written in.
if(OpenSim_VERSION VERSION_GREATER_EQUAL 4.6)
    set(CMAKE_CXX_STANDARD 20)
endif()

try_run(_ran _compiled
    ${CMAKE_CURRENT_BINARY_DIR}/OpenSimBuild
    ${CMAKE_CURRENT_LIST_DIR}/OpenSimBuild.cpp
    LINK_LIBRARIES osimCommon SimTKcommon
    COMPILE_OUTPUT_VARIABLE _compile_output
    RUN_OUTPUT_VARIABLE _opensim_build)
if(NOT _compiled OR NOT _ran EQUAL 0)
    message(FATAL_ERROR
        "Expected the libraries in ${OpenSim_LIB_DIR} to say which versions they are, but they "
        "could not be asked: ${_compile_output}")
endif()
list(GET _opensim_build 0 NMM_OPENSIM_VERSION)
list(GET _opensim_build 1 NMM_SIMBODY_VERSION)
list(GET _opensim_build 2 NMM_SIMBODY_BUILD_TYPE)
if(NOT NMM_OPENSIM_VERSION MATCHES "^4\\.[56]$")
    message(FATAL_ERROR
        "Expected OpenSim 4.5 or 4.6 in OpenSim_DIR, but found ${NMM_OPENSIM_VERSION} in "
        "${OpenSim_DIR}.")
endif()
message(STATUS "OpenSim: ${NMM_OPENSIM_VERSION} with Simbody ${NMM_SIMBODY_VERSION} "
    "(${NMM_SIMBODY_BUILD_TYPE}) in ${OpenSim_ROOT_DIR}")
