#!/bin/bash
# lint.sh [FILE...] - clang-tidy and cppcheck over src, include, tests and docs, shellcheck over the
# scripts of tests where it is installed, or clang-tidy over some files. Fails with any finding.
# Needs a build of preset release for its compile_commands.json. .clang-tidy and cppcheck.txt say
# what is not checked, and why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

commands=build/release/compile_commands.json
[ -e $commands ] || { echo "lint.sh: no $commands; run cmake --preset release first" >&2; exit 2; }
files=("$@")
if [ ${#files[@]} = 0 ]; then
    mapfile -t files < <(find src tests docs -name '*.c' | sort)
    if command -v shellcheck >/dev/null; then
        echo "shellcheck"
        find tests -name '*.sh' -exec shellcheck .ci/run {} +
    fi
    mapfile -t folders < <(find src -type d | sort)
    echo "cppcheck"
    cppcheck -j "$(nproc)" --quiet --std=c11 --enable=warning,style,performance,portability --inline-suppr \
        --suppressions-list=tests/house/cppcheck.txt --error-exitcode=1 --template='{file}:{line}: {message} [{id}]' \
        -D_GNU_SOURCE -Iinclude "${folders[@]/#/-I}" src tests docs
fi
echo "clang-tidy"
# One file a process: with several, clang-tidy 14 carries what it knows of a va_list from one file
# into the next. The commands are gcc's, whose -Wconversion is not about signs in C.
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet --extra-arg=-Wno-sign-conversion -p build/release 2>/dev/null
