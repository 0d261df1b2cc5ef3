# tessera_device_trees(target sources...): compiles device tree sources into the folder
# `trees` of the build and lets the code of `target` know it as TESSERA_TREES.
#
# Some of the trees are wrong on purpose, so dtc neither warns (-q) nor refuses (-f).
function(tessera_device_trees target)
    find_program(DTC dtc REQUIRED)
    set(folder ${CMAKE_BINARY_DIR}/trees)
    file(MAKE_DIRECTORY ${folder})
    set(blobs)
    foreach(source IN LISTS ARGN)
        cmake_path(GET source STEM name)
        cmake_path(GET source PARENT_PATH included)
        file(GLOB included CONFIGURE_DEPENDS ${included}/*.dtsi)
        add_custom_command(OUTPUT ${folder}/${name}.dtb
            COMMAND ${DTC} -q -f -I dts -O dtb -o ${folder}/${name}.dtb ${source}
            DEPENDS ${source} ${included} VERBATIM)
        list(APPEND blobs ${folder}/${name}.dtb)
    endforeach()
    add_custom_target(${target}_trees DEPENDS ${blobs})
    add_dependencies(${target} ${target}_trees)
    target_compile_definitions(${target} PRIVATE TESSERA_TREES="${folder}")
endfunction()
