# tessera_warnings: what every C++ and C file of the project is held to. A warning is an error.
add_library(tessera_warnings INTERFACE)
target_compile_options(tessera_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:
    -Wall -Wextra -Wpedantic -Werror
    -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-align -Wcast-qual
    -Wshadow -Wnull-dereference -Wextra-semi -Wnon-virtual-dtor -Woverloaded-virtual
    -Wswitch-enum -Wimplicit-fallthrough -Wundef -Wredundant-decls -Wvla -Wformat=2
    -Wmissing-declarations
    # Clang 14 sees a null pointer in every defaulted operator<=>, so that one is for GCC alone.
    $<$<CXX_COMPILER_ID:GNU>:-Wzero-as-null-pointer-constant
        -Wuseless-cast -Wlogical-op -Wduplicated-cond -Wduplicated-branches>
    $<$<CXX_COMPILER_ID:Clang>:-Wmissing-prototypes -Wmissing-variable-declarations>>
    # C is what programs written for seL4 are in.
    $<$<COMPILE_LANGUAGE:C>:
        -Wall -Wextra -Wpedantic -Werror
        -Wconversion -Wsign-conversion -Wcast-align -Wcast-qual
        -Wshadow -Wnull-dereference -Wswitch-enum -Wimplicit-fallthrough -Wundef
        -Wredundant-decls -Wvla -Wformat=2 -Wmissing-declarations -Wmissing-prototypes>)
