# How every target is compiled: the language, the warnings, the hardening and the sanitizers.
# Targets link `hanse-options`; presets (CMakePresets.json) set the switches below.

option(HANSE_TESTS "build the tests" ON)
option(HANSE_HARDENED "release hardening flags" OFF)
option(HANSE_FUZZ "build libFuzzer targets (clang only)" OFF)
set(HANSE_SANITIZE "" CACHE STRING "sanitizers, as in -fsanitize=…")
option(HANSE_COVERAGE "count executed lines" OFF)

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(hanse-options INTERFACE)
target_include_directories(hanse-options INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_definitions(hanse-options INTERFACE _GNU_SOURCE HANSE_VERSION="${PROJECT_VERSION}")
target_compile_options(hanse-options INTERFACE
  -Wall -Wextra -Werror -Wformat=2 -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wimplicit-fallthrough -Wvla -Wpointer-arith -Wwrite-strings -fno-strict-aliasing -fno-common)

if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(hanse-options INTERFACE -Wno-format-truncation) # snprintf cuts on purpose
endif()
if(HANSE_HARDENED)
  target_compile_options(hanse-options INTERFACE
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
    -fno-delete-null-pointer-checks -fno-strict-overflow -ftrivial-auto-var-init=zero -fexceptions)
  target_link_options(hanse-options INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodlopen)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
if(HANSE_SANITIZE)
  target_compile_options(hanse-options INTERFACE -fsanitize=${HANSE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(hanse-options INTERFACE -fsanitize=${HANSE_SANITIZE})
endif()
if(HANSE_FUZZ)
  target_compile_options(hanse-options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(HANSE_COVERAGE)
  target_compile_options(hanse-options INTERFACE --coverage)
  target_link_options(hanse-options INTERFACE --coverage)
endif()
