# What the programs are built with. zmqreport needs zlib, HDF5 and Jansson; zmqsweep also MPI,
# libzmq, hwloc and inih. The least versions are those that have what the code calls:
# - zlib 1.2.9: crc32_z
# - HDF5 1.10.2: H5F_LIBVER_V110
# - Jansson 2.4: json_unpack's "I"
# - MPI 3.1, the first that all supported launchers speak
# - libzmq 4.3.1: events of handshakes that carry the reason of a refusal, without drafts
# - hwloc 2.0: memory beside the tree of cores
# Sets REPORT_ONLY where zmqsweep is not built, and WITHOUT to the text of what it lacks.

set(ZMQSWEEP_REPORT_ONLY AUTO CACHE STRING
    "ON: build zmqreport only. OFF: both programs, or fail. AUTO: only zmqreport where zmqsweep lacks a library")
set_property(CACHE ZMQSWEEP_REPORT_ONLY PROPERTY STRINGS AUTO ON OFF)
if(ZMQSWEEP_REPORT_ONLY STREQUAL AUTO)
  set(choice AUTO)
elseif(ZMQSWEEP_REPORT_ONLY)
  set(choice ON)
else()
  set(choice OFF)
endif()

# ---- Both programs

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB 1.2.9 REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.4)

# Whether HDF5 is the serial or the parallel one is the user's choice: -DHDF5_PREFER_PARALLEL=ON,
# -DHDF5_ROOT. The files are serial ones with both.
find_package(HDF5 REQUIRED COMPONENTS C)
if(HDF5_VERSION VERSION_LESS 1.10.2)
  message(FATAL_ERROR "HDF5 ${HDF5_VERSION} was found; 1.10.2 or later is needed: name its folder with -DHDF5_ROOT")
endif()

add_library(HDF5::C INTERFACE IMPORTED)
target_include_directories(HDF5::C SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_compile_definitions(HDF5::C INTERFACE ${HDF5_C_DEFINITIONS})
target_link_libraries(HDF5::C INTERFACE ${HDF5_C_LIBRARIES})

set(REPORT_ONLY OFF)
if(choice STREQUAL ON)
  set(REPORT_ONLY ON)
  message(STATUS "Only zmqreport is built, as ZMQSWEEP_REPORT_ONLY says")
  if(NOT HDF5_IS_PARALLEL)
    return()
  endif()
endif()

find_package(MPI COMPONENTS C)
if(HDF5_IS_PARALLEL AND NOT MPI_C_FOUND)
  message(FATAL_ERROR "This HDF5 is built for MPI, and MPI was not found: install that MPI, "
                      "name its compiler with -DMPI_C_COMPILER, or choose a serial HDF5 with -DHDF5_ROOT")
endif()
if(HDF5_IS_PARALLEL)
  message(STATUS "HDF5 is built for MPI: both programs link MPI's library")
  target_link_libraries(HDF5::C INTERFACE MPI::MPI_C) # its headers include mpi.h
endif()
if(REPORT_ONLY)
  return()
endif()

# ---- zmqsweep

set(WITHOUT)
# A library of zmqsweep by pkg-config: PREFIX MODULE LEAST, without a LEAST any version.
function(zmqsweep_module prefix module)
  set(wanted ${module})
  if(ARGN)
    set(wanted "${module}>=${ARGN}")
  endif()
  pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${wanted})
  if(${prefix}_FOUND)
    message(STATUS "Found ${module}, version ${${prefix}_VERSION}")
    return()
  endif()
  pkg_check_modules(${prefix}_OTHER QUIET ${module})
  if(${prefix}_OTHER_FOUND)
    list(APPEND WITHOUT "${module} ${ARGN} or later (${${prefix}_OTHER_VERSION} was found)")
  else()
    list(APPEND WITHOUT "${module}")
  endif()
  set(WITHOUT ${WITHOUT} PARENT_SCOPE)
endfunction()

if(NOT MPI_C_FOUND)
  list(APPEND WITHOUT "MPI")
elseif(MPI_C_VERSION AND MPI_C_VERSION VERSION_LESS 3.1)
  list(APPEND WITHOUT "MPI 3.1 or later (${MPI_C_VERSION} was found)")
endif()
zmqsweep_module(ZMQ libzmq 4.3.1)
zmqsweep_module(HWLOC hwloc 2.0)
zmqsweep_module(INIH inih)

list(JOIN WITHOUT ", " WITHOUT)
if(WITHOUT AND choice STREQUAL OFF)
  message(FATAL_ERROR "zmqsweep needs what was not found: ${WITHOUT}. Without ZMQSWEEP_REPORT_ONLY=OFF "
                      "only zmqreport is built.")
elseif(WITHOUT)
  set(REPORT_ONLY ON)
endif()
