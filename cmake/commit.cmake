# Writes which commit the source is of, as C. A script, run in each build, so that a build after a
# commit names that one:
#   cmake -DSOURCE=FOLDER -DOUTPUT=FILE -P commit.cmake
# In a checkout git says it, "-dirty" where files that git knows have changed. In a tarball of
# `git archive` the line below does. Elsewhere nobody knows, and the text is empty.
set(archived "$Format:%H$")

set(commit "")
if(EXISTS "${SOURCE}/.git")
  find_program(GIT git)
  if(GIT)
    execute_process(COMMAND ${GIT} -C "${SOURCE}" rev-parse --verify HEAD
                    OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
  if(commit)
    string(SUBSTRING "${commit}" 0 10 commit)
    execute_process(COMMAND ${GIT} --no-optional-locks -C "${SOURCE}" status --porcelain --untracked-files=no
                    OUTPUT_VARIABLE changes ERROR_QUIET)
    if(changes)
      string(APPEND commit "-dirty")
    endif()
  endif()
elseif(archived MATCHES "^[0-9a-f]+$")
  string(SUBSTRING "${archived}" 0 10 commit)
endif()

set(text "/* Made by cmake/commit.cmake. */\n#include \"zmqsweep/version.h\"\n\nconst char *version_commit(void)\n{\n    return \"${commit}\";\n}\n")
set(old "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" old)
endif()
if(NOT old STREQUAL text)
  file(WRITE "${OUTPUT}" "${text}")
endif()
