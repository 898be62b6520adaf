#!/bin/bash
# install.sh FOLDER - run by packages.sh in a bare system, in the unpacked source: installs the .deb
# packages of FOLDER, runs Debian's tests of them, and removes them.
set -euo pipefail
debs=$1
tests=$PWD/packaging/debian/tests
export DEBIAN_FRONTEND=noninteractive

fail() { echo "install.sh: $1" >&2; exit 1; }
# quietly COMMAND...: its output is of interest only when it fails.
quietly() { "$@" >/tmp/quiet.log 2>&1 || { tail -n 30 /tmp/quiet.log >&2; fail "failed: $*"; }; }
install() { quietly apt-get install -y --no-install-recommends "$@"; }
# try TEST: one of debian/tests.
try() { quietly "$tests/$1"; echo "test $1: ok"; }
installed() { dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p'; }

forbidden='^(libopenmpi|openmpi|libmpich|mpich|libzmq|libhwloc)'

apt-get update -qq
installed >/tmp/before

# With all that is recommended zmqreport brings no MPI and no ZeroMQ.
apt-get install -s -y "$debs"/zmqreport_*.deb | sed -n 's/^Inst \([^ ]*\).*/\1/p' >/tmp/would
! grep -E "$forbidden" /tmp/would || fail "zmqreport would install this"
install "$debs"/zmqreport_*.deb gnuplot-nox
! installed | grep -E "$forbidden" || fail "zmqreport installed this"
echo "zmqreport alone: $(installed | comm -13 /tmp/before - | wc -l) packages with gnuplot, no MPI"
try report

install "$debs"/zmqsweep_*.deb "$debs"/zmqsweep-doc_*.deb mpi-default-bin
try sweep

# The pages and what they link.
count=0
while IFS=: read -r page link; do
    link=${link#](} link=${link%)} link=${link%%#*}
    case $link in '' | *://*) continue ;; esac
    [ -e "$(dirname "$page")/$link" ] || fail "$page links $link, which is not installed"
    count=$((count + 1))
done < <(grep -roE '\]\([^) ]+\)' --include='*.md' /usr/share/doc/zmqsweep)
[ $count -gt 20 ] || fail "/usr/share/doc/zmqsweep has only $count links"
for page in zmqsweep zmqreport; do
    gzip -dc /usr/share/man/man1/$page.1.gz | grep -q '^\.TH' || fail "there is no manual of $page"
done
echo "pages: ok, $count links"

quietly apt-get purge -y zmqsweep zmqreport zmqsweep-doc
left=$(find / -xdev \( -path "$PWD" -o -path "$debs" \) -prune -o \
    \( -name '*zmqsweep*' -o -name '*zmqreport*' \) -print)
[ -z "$left" ] || fail "was left after purge: $left"
! dpkg-query -W 'zmqsweep*' zmqreport 2>/dev/null || fail "dpkg still knows this"
echo "purge: ok, nothing is left"
