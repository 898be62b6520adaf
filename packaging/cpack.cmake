# cpack.cmake - the packages that cpack makes of a build, a .deb and an .rpm for each of the
# components zmqsweep, zmqreport and doc, and a .tar.gz of all:
#   cd build/release && cpack -G DEB
# and of the checkout:
#   cd build/release && cpack --config CPackSourceConfig.cmake
# For Debian itself packaging/debian is the better way. No library is installed.
set(contact "The zmqsweep developers <maintainers@users.noreply.r-seed-00d841a0.example>")
set(here "${CMAKE_CURRENT_LIST_DIR}")

set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME zmqsweep)
set(CPACK_PACKAGE_VENDOR "The zmqsweep developers")
set(CPACK_PACKAGE_CONTACT "${contact}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Benchmark of ZeroMQ between the ranks of an MPI job")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_RESOURCE_FILE_README "${PROJECT_SOURCE_DIR}/README.md")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_RELOCATABLE OFF)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR TGZ)
set(CPACK_COMPONENTS_ALL ${programs} doc)
set(CPACK_COMPONENTS_GROUPING IGNORE)

set(measures "zmqsweep measures how fast ZeroMQ moves messages between the nodes of
a cluster, and what limits it. One MPI job sweeps patterns, message sizes
and settings, and writes every measurement to one HDF5 file.")
set(CPACK_PACKAGE_DESCRIPTION "${measures}")
set(CPACK_COMPONENT_ZMQSWEEP_DESCRIPTION "${measures}")
set(CPACK_COMPONENT_ZMQREPORT_DESCRIPTION
    "zmqreport reads the HDF5 files that zmqsweep writes: tables, plots,
CSV, comparisons. It needs neither MPI nor ZeroMQ.")
set(CPACK_COMPONENT_DOC_DESCRIPTION
    "The guide of zmqsweep and zmqreport, and the reference of options,
columns and flags, as pages in Markdown.")

# Licence, changelog and what else a distribution wants beside the files.
set(CPACK_PRE_BUILD_SCRIPTS "${here}/cpack/stage.cmake")
set(CPACK_PROJECT_CONFIG_FILE "${here}/cpack/export.cmake")
set(CPACK_ZMQSWEEP_SOURCE_DIR "${PROJECT_SOURCE_DIR}")
set(CPACK_ZMQSWEEP_BINARY_DIR "${PROJECT_BINARY_DIR}")

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 0cpack1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_ZMQSWEEP_PACKAGE_NAME zmqsweep)
set(CPACK_DEBIAN_ZMQSWEEP_PACKAGE_RECOMMENDS zmqreport)
set(CPACK_DEBIAN_ZMQREPORT_PACKAGE_NAME zmqreport)
set(CPACK_DEBIAN_ZMQREPORT_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot")
set(CPACK_DEBIAN_DOC_PACKAGE_NAME zmqsweep-doc)
set(CPACK_DEBIAN_DOC_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DOC_PACKAGE_SECTION doc)
set(CPACK_DEBIAN_DOC_PACKAGE_SHLIBDEPS OFF)

# rpm's changelog has the date that Debian's has: "* Sun Nov 29 2026 NAME <ADDRESS> - VERSION".
file(STRINGS "${here}/debian/changelog" date LIMIT_COUNT 1 REGEX "^ -- ")
string(REGEX REPLACE "^.*>  (...), (..) (...) (....) .*" "\\1 \\3 \\2 \\4" date "${date}")
file(WRITE "${PROJECT_BINARY_DIR}/rpm-changelog.txt" "* ${date} ${contact} - ${PROJECT_VERSION}-1
- Version ${PROJECT_VERSION}. CHANGELOG.md in zmqsweep-doc says what is new.
")
set(CPACK_RPM_COMPONENT_INSTALL ON)
set(CPACK_RPM_FILE_NAME RPM-DEFAULT)
set(CPACK_RPM_PACKAGE_LICENSE MIT)
set(CPACK_RPM_PACKAGE_GROUP Applications/Engineering)
set(CPACK_RPM_PACKAGE_AUTOREQ ON)
set(CPACK_RPM_PACKAGE_AUTOPROV ON)
set(CPACK_RPM_SPEC_MORE_DEFINE "%define _build_id_links none")
set(CPACK_RPM_CHANGELOG_FILE "${PROJECT_BINARY_DIR}/rpm-changelog.txt")
set(CPACK_RPM_EXCLUDE_FROM_AUTO_FILELIST_ADDITION
    /usr/share/man /usr/share/man/man1 /usr/share/doc /usr/share/licenses)
set(CPACK_RPM_ZMQSWEEP_PACKAGE_NAME zmqsweep)
set(CPACK_RPM_ZMQSWEEP_USER_FILELIST "%license /usr/share/licenses/zmqsweep/LICENSE")
set(CPACK_RPM_ZMQREPORT_PACKAGE_NAME zmqreport)
set(CPACK_RPM_ZMQREPORT_USER_FILELIST "%license /usr/share/licenses/zmqreport/LICENSE")
set(CPACK_RPM_ZMQREPORT_PACKAGE_SUMMARY "Reports, plots and comparisons of zmqsweep's results")
set(CPACK_RPM_DOC_PACKAGE_NAME zmqsweep-doc)
set(CPACK_RPM_DOC_PACKAGE_ARCHITECTURE noarch)
set(CPACK_RPM_DOC_PACKAGE_SUMMARY "Manual of zmqsweep and zmqreport")
set(CPACK_RPM_DOC_USER_FILELIST "%license /usr/share/licenses/zmqsweep-doc/LICENSE")

# Of a folder that is no git checkout; of a checkout export.cmake takes the commit.
set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME zmqsweep-${PROJECT_VERSION})
string(REGEX REPLACE "([][+.*()^$?|\\\\])" "\\\\\\1" folder "${PROJECT_SOURCE_DIR}")
set(CPACK_SOURCE_IGNORE_FILES "^${folder}/(build|results)[^/]*/" "/__pycache__/"
    "[.]h5([.]journal)?$")

include(CPack)
