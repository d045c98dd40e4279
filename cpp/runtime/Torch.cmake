# LibTorch comes with the torch package of Python. Its libraries are linked directly, because
# find_package(Torch) of a CUDA build demands a CUDA toolkit. The network runs on the CPU:
# libtorch_cpu and libc10 are all it needs, and they never pull in the CUDA libraries.
#
# Defines the target nmm::torch (libraries only) and NMM_TORCH_INCLUDE_DIRS. The include folders
# are kept apart, because they hold copies of libraries that OpenSim uses in other versions.

set(NMM_TORCH_DIR "" CACHE PATH "Folder of the torch package (default: ask Python)")
if(NOT NMM_TORCH_DIR)
    execute_process(
        COMMAND ${Python_EXECUTABLE} -c
            "import importlib.util as u; s = u.find_spec('torch'); \
print(s.submodule_search_locations[0] if s else '', end='')"
        OUTPUT_VARIABLE torch_dir
        COMMAND_ERROR_IS_FATAL ANY)
    if(NOT torch_dir)
        message(FATAL_ERROR
            "Expected the torch package in ${Python_EXECUTABLE}, but found none: "
            "install it (pip install torch), or set NMM_TORCH_DIR to the folder of a torch "
            "package, or Python_EXECUTABLE to a Python that has one.")
    endif()
else()
    set(torch_dir ${NMM_TORCH_DIR})
endif()

set(NMM_TORCH_INCLUDE_DIRS
    ${torch_dir}/include ${torch_dir}/include/torch/csrc/api/include)
add_library(nmm_torch INTERFACE IMPORTED GLOBAL)
add_library(nmm::torch ALIAS nmm_torch)
foreach(file IN ITEMS include/ATen/ATen.h lib/libtorch_cpu.so lib/libc10.so)
    if(NOT EXISTS ${torch_dir}/${file})
        message(FATAL_ERROR
            "Expected ${file} in the torch folder, but found no such file in ${torch_dir}: "
            "reinstall torch, or set NMM_TORCH_DIR to the folder of a torch package.")
    endif()
    if(file MATCHES "^lib/")
        target_link_libraries(nmm_torch INTERFACE ${torch_dir}/${file})
    endif()
endforeach()
message(STATUS "LibTorch: ${torch_dir}")
