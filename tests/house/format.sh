#!/bin/bash
# format.sh - whether clang-format would leave all C files as they are. Versions of it lay out a few
# constructs differently: the one that .clang-format names decides, others only say what they would.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

wanted=$(sed -n '1s/^# version \([0-9]*\).*/\1/p' .clang-format)
tool=$(command -v "clang-format-$wanted" || echo clang-format)
version=$($tool --version | sed 's/.*version \([0-9]*\).*/\1/')
echo "clang-format"
if [ "$version" = "$wanted" ]; then
    find src include tests docs -name '*.[ch]' -print0 | xargs -0 "$tool" --dry-run --Werror
else
    differ=$(find src include tests docs -name '*.[ch]' -print0 | xargs -0 "$tool" --dry-run 2>&1 | sed -n 's/:[0-9:]* warning: .*//p' | sort -u)
    echo "this is clang-format $version, and $wanted decides: nothing is checked (this one would change" \
        "$(grep -c . <<<"$differ") files)"
fi
