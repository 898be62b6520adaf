# shellcheck shell=bash
# bare.sh - sourced by the scripts that make bare Debian systems in folders: systems in which
# nothing was installed by hand. As root; bare_mount wants a mount namespace of the caller's own.

# bare_mirror: prints this machine's mirror of Debian, as apt knows it; nothing where it knows none.
bare_mirror() {
    apt-get indextargets --format '$(ORIGIN) $(SITE)' 'Created-By: Packages' 2>/dev/null |
        awk '$1 == "Debian" && !/security/ && !found++ { print $2 }'
}

# bare_make SUITE FOLDER MIRROR: makes a system. What debootstrap says goes to its usual places.
bare_make() {
    local script=/usr/share/debootstrap/scripts/$1
    [ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid # of a release after this one
    debootstrap --variant=minbase "$1" "$2" "$3" "$script"
}

# bare_connect SUITE FOLDER MIRROR: a system's packages come from where this host's do.
bare_connect() {
    chmod 755 "$2" # else apt's and man's users see nothing
    cp -L /etc/resolv.conf /etc/hosts "$2/etc/"
    {
        apt-config dump | grep -E '^Acquire::(https?::Proxy|Retries)' || true
        # A mirror may be older than sid's dates allow; what it has is signed all the same.
        echo 'Acquire::Check-Valid-Until "false";'
    } >"$2/etc/apt/apt.conf.d/90bare"
    echo "deb $3 $1 main" >"$2/etc/apt/sources.list"
}

# bare_mount FOLDER: the file systems of a kernel.
bare_mount() {
    mount -t proc proc "$1/proc"
    mount -t sysfs -o ro sys "$1/sys"
    mount -t devtmpfs dev "$1/dev"
    mkdir -p "$1/dev/pts" "$1/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666 pts "$1/dev/pts"
    mount -t tmpfs shm "$1/dev/shm"
}

# bare_enter FOLDER COMMAND...: runs it there, with nothing of this host's environment but proxies.
bare_enter() {
    local folder=$1
    shift
    chroot "$folder" env -i HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} "$@"
}

# bare_remove FOLDER: removes all below it. What is mounted there goes first, or nothing is removed:
# this host's own folders may be among it.
bare_remove() {
    local mounted
    while read -r mounted; do
        umount -l "$mounted" || return
    done < <(awk -v below="$1/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | tac)
    rm -rf --one-file-system "$1"
}
