# Clang for the host: libFuzzer comes with it.
find_program(TESSERA_HOST_CLANG NAMES clang++-14 clang++ REQUIRED)
set(CMAKE_CXX_COMPILER ${TESSERA_HOST_CLANG})
