# tessera_symbols(TARGET): puts the names of its functions into the executable TARGET.
#
# The names can only be taken from a linked kernel. So TARGET's objects are linked once without
# them, and again with the table made from the first result. The linker script places the table
# behind all code; that no function moved is checked after the second link.
set(TESSERA_SYMBOLS ${CMAKE_CURRENT_LIST_DIR}/../build/symbols.py)

function(tessera_symbols target)
    set(first ${target}-nameless)
    set(table ${CMAKE_CURRENT_BINARY_DIR}/generated/symbols.S)
    get_target_property(objects ${target} SOURCES)
    get_target_property(libraries ${target} LINK_LIBRARIES)
    get_target_property(options ${target} LINK_OPTIONS)
    get_target_property(script ${target} LINK_DEPENDS)
    add_executable(${first} ${objects})
    target_link_libraries(${first} PRIVATE ${libraries})
    target_link_options(${first} PRIVATE ${options})
    set_target_properties(${first} PROPERTIES LINKER_LANGUAGE CXX LINK_DEPENDS "${script}")

    add_custom_command(OUTPUT ${table}
        COMMAND ${TESSERA_SYMBOLS} ${CMAKE_NM} $<TARGET_FILE:${first}> ${table}
        DEPENDS ${first} ${TESSERA_SYMBOLS} VERBATIM)
    target_sources(${target} PRIVATE ${table})
    add_custom_command(TARGET ${target} POST_BUILD
        COMMAND ${TESSERA_SYMBOLS} --check ${CMAKE_NM} $<TARGET_FILE:${target}> ${table} VERBATIM)
endfunction()
