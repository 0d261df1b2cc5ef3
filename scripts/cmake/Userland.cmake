# User programs: the C headers that are made from kernel/abi, and the programs themselves.

set(TESSERA_USERLAND ${CMAKE_SOURCE_DIR}/userland)
set(TESSERA_ABI ${CMAKE_SOURCE_DIR}/kernel/abi)
set(TESSERA_ABI_SCRIPTS ${CMAKE_SOURCE_DIR}/scripts/build)

# The target abi_headers: the headers with libsel4's names that are tables, in the build folder.
set(TESSERA_ABI_HEADERS ${CMAKE_BINARY_DIR}/userland/include)
file(GLOB tables CONFIGURE_DEPENDS ${TESSERA_ABI}/*.def)
set(scripts abi_headers.py abi_stubs.py abi_tables.py)
list(TRANSFORM scripts PREPEND ${TESSERA_ABI_SCRIPTS}/)
set(stamp ${CMAKE_BINARY_DIR}/userland/abi_headers.stamp)
add_custom_command(OUTPUT ${stamp}
    COMMAND ${TESSERA_ABI_SCRIPTS}/abi_headers.py ${TESSERA_ABI} ${TESSERA_ABI_HEADERS}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${tables} ${scripts} VERBATIM)
add_custom_target(abi_headers DEPENDS ${stamp})

# tessera_interface: what a program includes. Its own C++ shares the kernel's base/ and abi/.
add_library(tessera_interface INTERFACE)
target_include_directories(tessera_interface INTERFACE
    ${TESSERA_USERLAND}/include ${TESSERA_ABI_HEADERS}
    ${TESSERA_USERLAND} ${CMAKE_SOURCE_DIR}/kernel)
add_dependencies(tessera_interface abi_headers)

# tessera_program(name sources...): a root task, as the ELF file userland/NAME of the build folder.
# Its own sources are not compiled as freestanding: then main() would be a function like any other.
function(tessera_program name)
    cmake_path(GET name FILENAME file)
    cmake_path(GET name PARENT_PATH folder)
    string(REPLACE "/" "-" target program-${name})
    add_executable(${target} ${ARGN} $<TARGET_OBJECTS:program_start>)
    add_dependencies(${target} abi_headers)
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ${file} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/userland/${folder}
        LINKER_LANGUAGE CXX LINK_DEPENDS ${TESSERA_USERLAND}/rt/program.ld)
    target_link_libraries(${target} PRIVATE user tessera_interface tessera_bare tessera_warnings)
    target_link_options(${target} PRIVATE
        -T ${TESSERA_USERLAND}/rt/program.ld -Wl,-no-pie -Wl,-z,max-page-size=4096)
endfunction()
