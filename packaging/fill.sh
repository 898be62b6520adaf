#!/bin/sh
# fill.sh TARBALL ADDRESS MAINTAINER FOLDER: the recipes of Spack, EasyBuild and conda in FOLDER,
# ready to be sent to those projects. They need what only a release knows: the sum of its tarball,
# where the project is published, and the name there of who looks after the recipes.
set -eu
if [ $# -ne 4 ] || [ ! -f "$1" ]; then
    sed -n '2s/^# //p' "$0" >&2
    exit 2
fi
tarball=$1 address=${2%/} maintainer=$3 folder=$4
case $address in
https://*) ;;
*) echo "fill.sh: the address '$address' has to begin with https://" >&2 && exit 2 ;;
esac
sum=$(sha256sum "$tarball" | cut -d ' ' -f 1)
mkdir -p "$folder"
cp -R "$(dirname "$0")/spack" "$(dirname "$0")/easybuild" "$(dirname "$0")/conda" "$folder"
find "$folder/spack" "$folder/easybuild" "$folder/conda" -type f -exec sed -i \
    -e "s|@ADDRESS@|$address|; s|@SHA256@|$sum|; s|@MAINTAINER@|$maintainer|" {} +
if left=$(grep -rn '@[A-Z0-9]*@' "$folder/spack" "$folder/easybuild" "$folder/conda"); then
    echo "fill.sh: not filled in: $left" >&2
    exit 1
fi
