#!/bin/bash
# container.sh [image|def] [TARBALL]: a trial of the container without a registry or Apptainer.
# image (the default) builds packaging/Containerfile with buildah. def does in two plain folders
# what Apptainer does with packaging/zmqsweep.def. Then three ranks of it run under this host's
# mpirun, and this host's zmqreport (or that of the container) reads their file.
#
# The source is TARBALL, or else what is committed. The base "debian:12" is made by debootstrap, or
# is the tar that CONTAINER_BASE names. Exit code 77 says that this host cannot do it, and why.
set -euo pipefail

kind=image
case ${1:-} in image | def) kind=$1 && shift ;; esac
tarball=${1:+$(realpath "$1")}
tree=$(realpath "$(dirname "$0")/..")
suite=bookworm
source "$tree/tests/bare.sh"

skip() {
    echo "container.sh: skipped: $*" >&2
    exit 77
}
[ "$(id -u)" = 0 ] || skip "it needs root, for chroot and mounts"
[ "$kind" = def ] || command -v buildah >/dev/null || skip "there is no buildah"
[ -n "${CONTAINER_BASE:-}" ] || command -v debootstrap >/dev/null || skip "there is no debootstrap"
[[ $(mpirun --version 2>/dev/null) == *'(Open MPI) 4.'* ]] ||
    skip "Debian 12 has Open MPI 4 inside, and this host's mpirun is not of that version"
unshare --mount true 2>/dev/null || skip "the kernel forbids mount namespaces"
# Mounts are of this process alone, so that none stays behind.
if [ "${CONTAINER_MOUNTS:-}" != own ]; then
    export CONTAINER_MOUNTS=own
    exec unshare --mount --propagation private -- "$0" "$kind" ${tarball:+"$tarball"}
fi

work=$(mktemp -d "${TMPDIR:-/var/tmp}/zmqsweep-container.XXXXXX")
export CONTAINERS_STORAGE_CONF=$work/storage.conf
cat >"$work/storage.conf" <<END
[storage]
driver = "vfs"
graphroot = "$work/storage"
runroot = "$work/run"
END
clean() {
    rm -rf "${results:-}"
    bare_remove "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

# The source as a release has it.
mkdir "$work/src"
if [ -n "$tarball" ]; then
    tar -C "$work/src" --strip-components=1 -xf "$tarball"
else
    git -C "$tree" archive HEAD | tar -C "$work/src" -x
fi

# A Debian without anything, whose packages come from where this host's do.
base=${CONTAINER_BASE:-$work/base.tar}
if [ ! -e "$base" ]; then
    mirror=$(bare_mirror)
    [ "$mirror" ] || skip "apt names no mirror of Debian here"
    bare_make "$suite" "$work/base" "$mirror" >"$work/log" 2>&1 ||
        { tail -n 5 "$work/log" >&2 && skip "debootstrap failed"; }
    bare_connect "$suite" "$work/base" "$mirror"
    tar -C "$work/base" -cf "$base" .
    rm -rf --one-file-system "$work/base"
fi

build_image() {
    local empty
    empty=$(buildah from scratch)
    buildah add --quiet "$empty" "$base" / >/dev/null
    buildah commit --quiet "$empty" localhost/debian:12 >/dev/null
    buildah rm "$empty" >/dev/null
    buildah bud --isolation chroot --pull-never --tag zmqsweep \
        --file "$work/src/packaging/Containerfile" "$work/src" >"$work/log" 2>&1 ||
        { tail -n 30 "$work/log" >&2 && exit 1; }
    echo "image: $(buildah images --format '{{.Size}}' localhost/zmqsweep), its base" \
        "$(buildah images --format '{{.Size}}' localhost/debian:12)"
    mkdir "$work/root"
    mount --bind "$(buildah mount "$(buildah from --pull-never localhost/zmqsweep)")" "$work/root"
}

# section STAGE NAME: that section of the definition, with the default arguments filled in.
section() {
    awk -v stage="$1" -v name="$2" '
        /^Bootstrap:/ { at = ""; in_section = 0 }
        /^Stage:/ { at = $2 }
        /^%/ { in_section = at == stage && $0 == "%" name; next }
        in_section && NF' "$work/src/packaging/zmqsweep.def" |
        sed 's/{{ DEBIAN }}/12/g; s/{{ MPI }}/openmpi/g'
}

# stage NAME FOLDER: a stage's %files from the source and its %post, in FOLDER.
stage() {
    local from to
    mkdir -p "$2"
    tar -C "$2" -xf "$base"
    cp -L /etc/resolv.conf /etc/hosts "$2/etc/"
    mount --bind /proc "$2/proc" && mount --bind /dev "$2/dev"
    section "$1" files | while read -r from to; do
        (cd "$work/src" && cp -fLr "$from" "$2$to")
    done
    section "$1" "files from build" | while read -r from to; do
        cp -fLr "$work/build$from" "$2$to"
    done
    section "$1" post | chroot "$2" /bin/sh -ex >"$work/log" 2>&1 ||
        { tail -n 30 "$work/log" >&2 && exit 1; }
    umount "$2/proc" "$2/dev"
}

build_def() {
    stage build "$work/build"
    stage run "$work/root"
    echo "folder: $(du -sm --one-file-system "$work/root" | cut -f 1) MB"
}

"build_$kind"

# Apptainer's mounts: the host's processes, devices and /tmp, so that Open MPI inside and outside
# meet in one session folder.
for folder in proc sys dev tmp; do mount --bind "/$folder" "$work/root/$folder"; done
mount --bind /dev/shm "$work/root/dev/shm"
results=$(mktemp -d /tmp/zmqsweep-container-results.XXXXXX)
# What "apptainer exec" does; the PATH is that of the image.
inside=(chroot "$work/root" /usr/bin/env PATH=/opt/zmqsweep/bin:/usr/bin:/bin)
echo "inside: $("${inside[@]}" zmqsweep --version | head -n 1)"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
mpirun -n 3 --bind-to none --oversubscribe "${inside[@]}" zmqsweep --short --size 64,64K \
    --transport tcp,ipc --send-mode copy --output "$results/three.h5"
reader=("${ZMQREPORT:-$tree/build/release/zmqreport}")
command -v zmqreport >/dev/null && reader=(zmqreport)
[ -x "$(command -v "${reader[0]}")" ] || reader=("${inside[@]}" zmqreport)
"${reader[@]}" show "$results/three.h5"
"${reader[@]}" csv "$results/three.h5" >"$results/points.csv"
[ "$(wc -l <"$results/points.csv")" = 5 ] || { echo "container.sh: not 4 points" >&2 && exit 1; }
echo "container.sh: three ranks of the $kind ran under $(mpirun --version | head -n 1)," \
    "read by ${reader[*]}"
