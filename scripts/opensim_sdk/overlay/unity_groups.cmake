# Compile many source files as one: nearly all of OpenSim's build time is the reading of headers.

# About 20,000 lines. Larger groups save little more time and need more than 2 GiB of memory each.
set(_unity_group_bytes 800000)

# Put the sources of `target` into groups of about _unity_group_bytes. A file that says
# "using namespace SimTK" would change the meaning of the files after it, so these keep to groups
# of their own.
function(group_sources_for_unity_build target)
    get_target_property(folder ${target} SOURCE_DIR)
    get_target_property(sources ${target} SOURCES)
    list(FILTER sources INCLUDE REGEX "\\.cpp$")
    foreach(kind IN ITEMS plain using_simtk)
        set(number_${kind} 0)
        set(bytes_${kind} 0)
    endforeach()
    foreach(source IN LISTS sources)
        get_filename_component(path "${source}" ABSOLUTE BASE_DIR "${folder}")
        file(STRINGS "${path}" using_simtk REGEX "using namespace SimTK" LIMIT_COUNT 1)
        if(using_simtk)
            set(kind using_simtk)
        else()
            set(kind plain)
        endif()
        file(SIZE "${path}" bytes)
        math(EXPR bytes_${kind} "${bytes_${kind}} + ${bytes}")
        if(bytes_${kind} GREATER _unity_group_bytes)
            math(EXPR number_${kind} "${number_${kind}} + 1")
            set(bytes_${kind} ${bytes})
        endif()
        set_source_files_properties("${path}" TARGET_DIRECTORY ${target}
            PROPERTIES UNITY_GROUP "${kind}_${number_${kind}}")
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
