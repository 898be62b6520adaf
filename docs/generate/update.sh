#!/bin/bash
# update.sh BUILD - makes the generated parts of the pages again: what follows the marker line in
# each. As a rule by `cmake --build --preset release --target pages`.
set -euo pipefail
build=$1
docs=$(dirname "${BASH_SOURCE[0]}")/..

for name in options results; do
    page=$docs/$name.md
    { sed '/^<!-- generated/q' "$page"; "$build/${name}_page"; } > "$page.new"
    mv "$page.new" "$page"
done
