# tessera_device_trees(target sources...): compiles device tree sources into the folder
# `trees` of the build, and adds to `target` a source that says where that is: k::test::trees_folder.
# As an option of the compiler the folder's name, another in each stage, would make all tests of a
# stage new to the compiler cache.
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
    file(CONFIGURE OUTPUT ${folder}/trees_folder.cpp @ONLY CONTENT [[
namespace k::test {

extern const char* const trees_folder;
const char* const trees_folder = "@folder@";

} // namespace k::test
]])
    target_sources(${target} PRIVATE ${folder}/trees_folder.cpp)
endfunction()
