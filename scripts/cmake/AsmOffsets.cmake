# tessera_asm_offsets(TARGET source): lets the assembly of TARGET include "asm_offsets.h".
#
# The header is made from a C++ file that names offsets and sizes, so that assembly repeats no
# layout and no header has to be readable by two languages. The compiler knows the numbers, and puts
# them into its output, which is read here and never assembled.

# As a script: cmake -D ASSEMBLY=... -D HEADER=... -P AsmOffsets.cmake
if(CMAKE_SCRIPT_MODE_FILE)
    file(STRINGS ${ASSEMBLY} lines REGEX "@@ ")
    set(text "// Generated; see asm_offsets.cpp.\n")
    foreach(line IN LISTS lines)
        if(NOT line MATCHES "@@ ([A-Z0-9_]+) ([0-9]+)")
            message(FATAL_ERROR "no offset: ${line}")
        endif()
        string(APPEND text "#define ${CMAKE_MATCH_1} ${CMAKE_MATCH_2}\n")
    endforeach()
    file(WRITE ${HEADER} "${text}")
    return()
endif()

function(tessera_asm_offsets target source)
    add_library(${target}_offsets OBJECT ${source})
    target_compile_options(${target}_offsets PRIVATE -S)
    target_include_directories(${target}_offsets
        PRIVATE $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
    target_link_libraries(${target}_offsets PRIVATE tessera_warnings tessera_freestanding)

    set(header ${CMAKE_CURRENT_BINARY_DIR}/generated/asm_offsets.h)
    add_custom_command(OUTPUT ${header}
        COMMAND ${CMAKE_COMMAND} -D ASSEMBLY=$<TARGET_OBJECTS:${target}_offsets> -D HEADER=${header}
                -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
        DEPENDS ${target}_offsets $<TARGET_OBJECTS:${target}_offsets> VERBATIM)
    target_sources(${target} PRIVATE ${header})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
endfunction()
