# export.cmake - read by cpack before it makes a package. A source package is made of the commit
# that is checked out, as packaging/tarball.sh does it, not of what else lies in the folder.
if(CPACK_INSTALL_CMAKE_PROJECTS OR NOT EXISTS "${CPACK_ZMQSWEEP_SOURCE_DIR}/.git")
  return()
endif()
set(folder "${CPACK_ZMQSWEEP_BINARY_DIR}/_CPack_Packages/export")
file(REMOVE_RECURSE "${folder}")
file(MAKE_DIRECTORY "${folder}")
execute_process(COMMAND "${CPACK_ZMQSWEEP_SOURCE_DIR}/packaging/tarball.sh" "${folder}"
                OUTPUT_VARIABLE tarball OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "packaging/tarball.sh failed")
endif()
file(ARCHIVE_EXTRACT INPUT "${tarball}" DESTINATION "${folder}")
set(CPACK_INSTALLED_DIRECTORIES "${folder}/${CPACK_PACKAGE_FILE_NAME}" /)
set(CPACK_IGNORE_FILES)
