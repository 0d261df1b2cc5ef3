# tessera_kernel(): builds the kernel out of the files that a stage names.
#
#   tessera_kernel(PORTABLE sources...       compiled for the machine and for the host
#                  MACHINE sources...        only for the machine
#                  FAKE sources...           only for the host: the fake architecture
#                  LINKER_SCRIPT file
#                  [FIXED]                   it runs at the addresses that it is linked at
#                  [ASM_OFFSETS source]      C++ that says which offsets assembly gets to know
#                  [SYMBOLS]                 names of functions go into the image, for backtraces
#                  [LIBFDT])                 link libfdt: TESSERA_LIBFDT's, on the host its own
#
# For the machine it makes kernel.elf and the flat Image, both at the top of the build folder. For
# the host it makes the object library kernel_host, which the unit tests link.

include(AsmOffsets)
include(Symbols)
include(Libfdt)

# Paths in the binary are relative to the tree: the same code gives the same file in every clone, and
# the compiler cache sees that stages share most of their files. The second form of the path is what
# ccache makes of the first when it has a base folder.
file(RELATIVE_PATH tree_from_build ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${tree_from_build}=)

# Both hooks are compiled to nothing where they are off: kernel/base/trace.hpp and invariant.hpp.
# A release kernel that is to be measured has debug calls all the same: programs print, and may read the
# counters.
option(TESSERA_TRACE "Record trace events" OFF)
option(TESSERA_BENCHMARK "Let programs print and read the counters in release kernels, too" OFF)
# A kernel with a mistake in it, made to show what a program gains by that, must not check itself.
option(TESSERA_INVARIANTS "Check the invariants in debug kernels" ON)
add_compile_definitions(
    K_TRACE=$<BOOL:${TESSERA_TRACE}>
    K_CHECK_INVARIANTS=$<AND:$<CONFIG:Debug>,$<BOOL:${TESSERA_INVARIANTS}>>
    K_DEBUG_CALLS=$<OR:$<CONFIG:Debug>,$<BOOL:${TESSERA_BENCHMARK}>>)

# How all code for the machine is compiled, the kernel's and user programs', and why:
add_library(tessera_bare INTERFACE)
target_compile_options(tessera_bare INTERFACE
    -march=armv8-a -mtune=cortex-a53 # the oldest core that the kernel runs on
    -mno-outline-atomics             # would call libgcc
    -mbranch-protection=none         # some distributions turn it on by default
    -fno-pic -mcmodel=small          # addresses are pc-relative
    -fno-stack-protector
    -fno-asynchronous-unwind-tables
    -fno-omit-frame-pointer          # backtraces follow the frame chain
    -ffunction-sections -fdata-sections
    $<$<COMPILE_LANGUAGE:CXX>:
        -fno-exceptions -fno-rtti
        -fno-threadsafe-statics -fno-use-cxa-atexit # nothing is constructed at run time
        $<$<CONFIG:Debug>:-D_GLIBCXX_ASSERTIONS>>   # checked std::span and std::array
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:
        -fno-tree-loop-distribute-patterns>)        # or the loop in memcpy becomes a call of memcpy

# No libgcc: a helper that is missing shall be a link error.
target_link_options(tessera_bare INTERFACE
    -nostdlib -static
    -Wl,--build-id=sha1,--gc-sections,--fatal-warnings)

# What the kernel needs besides.
add_library(tessera_freestanding INTERFACE)
target_link_libraries(tessera_freestanding INTERFACE tessera_bare)
target_compile_options(tessera_freestanding INTERFACE
    -ffreestanding
    -mgeneral-regs-only              # floating-point registers are the user's
    -mstrict-align                   # with the MMU off, unaligned access faults
    -mno-omit-leaf-frame-pointer     # in the frame chain every function has its place
    -fno-optimize-sibling-calls
    -Wframe-larger-than=3072)        # a larger one could step over the guard page below the stack

# How the same sources are compiled for tests on the host: so that mistakes show, or so that it is
# counted what runs (not both, since the sanitizers' own branches would be counted too), or so that
# they run as often as possible.
option(TESSERA_COVERAGE "Count which lines and branches run, without the sanitizers" OFF)
option(TESSERA_QUICK "Optimised, without the sanitizers, for as many runs as there is time for" OFF)
if(TESSERA_COVERAGE)
    set(instruments --coverage)
    set(hosted ${instruments} -O0)
elseif(TESSERA_QUICK)
    set(hosted -O2 -fno-omit-frame-pointer)
else()
    set(instruments -fsanitize=address,undefined)
    # The folder of the build in no object: then the presets with these options, those of the exercises
    # among them, share what the compiler cache has.
    set(hosted ${instruments} -fno-sanitize=vptr -fno-sanitize-recover=all
        -fno-omit-frame-pointer -D_GLIBCXX_ASSERTIONS -ffile-prefix-map=${CMAKE_BINARY_DIR}=.)
endif()
add_library(tessera_hosted INTERFACE)
target_compile_options(tessera_hosted INTERFACE ${hosted})
target_link_options(tessera_hosted INTERFACE ${instruments})

function(tessera_kernel)
    cmake_parse_arguments(PARSE_ARGV 0 kernel "FIXED;SYMBOLS;LIBFDT" "LINKER_SCRIPT;ASM_OFFSETS" "PORTABLE;MACHINE;FAKE")
    file(GLOB folders LIST_DIRECTORIES true RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} CONFIGURE_DEPENDS *)
    list(REMOVE_ITEM folders arch)
    if(CMAKE_SYSTEM_NAME STREQUAL "Generic")
        _tessera_machine_kernel()
        tessera_headers(aarch64 ${folders})
    else()
        list(REMOVE_ITEM folders boot demo) # only for the machine
        _tessera_host_kernel()
        tessera_headers(host ${folders})
    endif()
endfunction()

macro(_tessera_machine_kernel)
    cmake_path(ABSOLUTE_PATH kernel_LINKER_SCRIPT NORMALIZE)
    if(kernel_ASM_OFFSETS)
        cmake_path(ABSOLUTE_PATH kernel_ASM_OFFSETS NORMALIZE)
        list(REMOVE_ITEM kernel_MACHINE ${kernel_ASM_OFFSETS})
    endif()
    add_library(kernel_objects OBJECT ${kernel_PORTABLE} ${kernel_MACHINE})
    target_include_directories(kernel_objects PRIVATE
        ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/arch/aarch64)
    target_link_libraries(kernel_objects PRIVATE tessera_warnings tessera_freestanding)
    if(kernel_ASM_OFFSETS)
        tessera_asm_offsets(kernel_objects ${kernel_ASM_OFFSETS})
    endif()

    add_executable(kernel.elf $<TARGET_OBJECTS:kernel_objects>)
    tessera_whole_program()
    set_target_properties(kernel.elf PROPERTIES LINKER_LANGUAGE CXX
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR} LINK_DEPENDS ${kernel_LINKER_SCRIPT})
    target_link_libraries(kernel.elf PRIVATE tessera_freestanding)
    target_link_options(kernel.elf PRIVATE -T ${kernel_LINKER_SCRIPT})
    if(kernel_FIXED) # the MMU takes it there, wherever it is loaded
        target_link_options(kernel.elf PRIVATE -Wl,-no-pie)
    else() # it runs where it is loaded, so a list of the addresses in it has to be left
        target_link_options(kernel.elf PRIVATE -Wl,-pie,--no-dynamic-linker,-z,notext)
    endif()
    if(kernel_LIBFDT)
        target_link_libraries(kernel_objects PRIVATE libfdt)
        target_link_libraries(kernel.elf PRIVATE libfdt)
    endif()
    _tessera_refused()
    if(kernel_SYMBOLS)
        tessera_symbols(kernel.elf)
    endif()
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/Image
        COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:kernel.elf> ${CMAKE_BINARY_DIR}/Image
        DEPENDS kernel.elf VERBATIM)
    add_custom_target(Image ALL DEPENDS ${CMAKE_BINARY_DIR}/Image)
endmacro()

# What an exercise says that the build must refuse. Each source is compiled with the rest; the target
# refused-NAME then links the kernel with it in, which fails if all is well.
macro(_tessera_refused)
    get_target_property(libraries kernel.elf LINK_LIBRARIES)
    get_target_property(options kernel.elf LINK_OPTIONS)
    foreach(source IN LISTS TESSERA_REFUSED)
        cmake_path(GET source STEM name)
        add_library(refused-${name}-objects OBJECT ${source})
        target_link_libraries(refused-${name}-objects PRIVATE tessera_freestanding)
        add_executable(refused-${name} EXCLUDE_FROM_ALL
            $<TARGET_OBJECTS:kernel_objects> $<TARGET_OBJECTS:refused-${name}-objects>)
        set_target_properties(refused-${name} PROPERTIES LINKER_LANGUAGE CXX
            LINK_DEPENDS ${kernel_LINKER_SCRIPT})
        target_link_libraries(refused-${name} PRIVATE ${libraries})
        target_link_options(refused-${name} PRIVATE ${options})
    endforeach()
endmacro()

# A release kernel is compiled as a whole, and functions are put into their callers more readily than -O2
# does it: what is written as many small functions shall not cost as many calls. Not so the functions
# that compilers call by name: nobody is seen to call them.
macro(tessera_whole_program)
    if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(kernel_objects PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-flto
            --param=max-inline-insns-auto=200 --param=inline-unit-growth=200>)
        set_source_files_properties(arch/aarch64/runtime.cpp PROPERTIES COMPILE_OPTIONS -fno-lto)
        target_link_options(kernel.elf PRIVATE -flto -flto-partition=one -ffreestanding)
    endif()
endmacro()

macro(_tessera_host_kernel)
    add_library(kernel_host OBJECT ${kernel_PORTABLE} ${kernel_FAKE})
    target_include_directories(kernel_host PUBLIC
        ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR}/arch/host)
    target_compile_options(kernel_host PRIVATE -fno-exceptions -fno-rtti)
    target_link_libraries(kernel_host PRIVATE tessera_warnings PUBLIC tessera_hosted)
    if(kernel_LIBFDT)
        target_link_libraries(kernel_host PUBLIC libfdt)
    endif()
endmacro()

# tessera_headers(arch layers...): every header of the layers and of the architecture compiles alone
# (scripts/checks/headers.py). Two sets, since a set's folders must not contain one another.
function(tessera_headers arch)
    list(TRANSFORM ARGN APPEND "/*.hpp" OUTPUT_VARIABLE patterns)
    file(GLOB_RECURSE layers CONFIGURE_DEPENDS ${patterns} arch/contract.hpp)
    file(GLOB_RECURSE own CONFIGURE_DEPENDS arch/${arch}/*.hpp)
    add_library(kernel_headers INTERFACE)
    target_sources(kernel_headers INTERFACE
        FILE_SET layers TYPE HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR} FILES ${layers}
        FILE_SET arch TYPE HEADERS BASE_DIRS ${CMAKE_CURRENT_SOURCE_DIR}/arch/${arch} FILES ${own})
    set_target_properties(kernel_headers PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    target_link_libraries(kernel_headers INTERFACE tessera_warnings
        $<IF:$<STREQUAL:${arch},host>,tessera_hosted,tessera_freestanding>)
    if(kernel_LIBFDT)
        target_link_libraries(kernel_headers INTERFACE libfdt)
    endif()
endfunction()
