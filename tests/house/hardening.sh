#!/bin/bash
# hardening.sh PROGRAM... - whether programs are position-independent, with relocations that are
# read-only from the start, stack protectors, and (FORTIFIED=1) glibc's checked functions.
set -euo pipefail

code=0
# expect PATTERN WHAT: in the text of $found.
expect() { grep -qE "$1" <<<"$found" || { echo "$program: no $2"; code=1; }; }

for program; do
    found=$(readelf --wide --file-header --program-headers --dynamic --dyn-syms "$program")
    expect 'Type: +DYN ' 'position-independent executable'
    expect 'GNU_RELRO' 'read-only relocations'
    expect 'BIND_NOW|FLAGS_1.*NOW' 'binding at the start'
    expect '__stack_chk_fail' 'stack protector'
    [ "${FORTIFIED:-1}" = 0 ] || expect ' __[a-z]+_chk@' 'checked functions of glibc'
done
exit $code
