# libfdt: the library that reads device trees, as the distribution builds it.
#
# For the machine, TESSERA_LIBFDT names a folder with `include/` and `lib/libfdt.a`, which
# `./tessera` fetches; on the host it is the host's own libfdt-dev. Warnings in its headers are not
# ours: imported targets are system headers.
set(TESSERA_LIBFDT ${CMAKE_SOURCE_DIR}/build/deps/libfdt CACHE PATH "Folder of the arm64 libfdt")

add_library(libfdt STATIC IMPORTED GLOBAL)
if(CMAKE_SYSTEM_NAME STREQUAL "Generic")
    set_target_properties(libfdt PROPERTIES
        IMPORTED_LOCATION ${TESSERA_LIBFDT}/lib/libfdt.a
        INTERFACE_INCLUDE_DIRECTORIES ${TESSERA_LIBFDT}/include)
else()
    find_library(HOST_LIBFDT NAMES libfdt.a)
    find_path(HOST_LIBFDT_HEADERS NAMES libfdt.h)
    set_target_properties(libfdt PROPERTIES IMPORTED_LOCATION "${HOST_LIBFDT}")
    if(HOST_LIBFDT_HEADERS AND NOT HOST_LIBFDT_HEADERS STREQUAL "/usr/include")
        set_target_properties(libfdt PROPERTIES
            INTERFACE_INCLUDE_DIRECTORIES ${HOST_LIBFDT_HEADERS})
    endif()
endif()
