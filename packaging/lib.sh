# shellcheck shell=bash
# Shared by packaging/run, packaging/test, packaging/deb and others; sourced, never run. Debian 12 package names.
#
# Everything here is quiet and quick when there is nothing to do: packages are looked up in dpkg's own list, and apt
# is called only for those that are missing.

# shellcheck disable=SC2034  # the lists are used by those who source this file
build_packages=(
    g++ cmake ninja-build ccache mold pkgconf
    qt6-base-dev qt6-svg-dev
    libhiredis-dev libspdlog-dev libcli11-dev libexpected-dev zlib1g-dev
)
# The private server; the roots for rediss:// and https://; the sample handlers' language.
run_packages=(redis-server ca-certificates python3)
# Only where there is a desktop to show the window on.
desktop_packages=(breeze-icon-theme fonts-inter fonts-dejavu-core qt6-wayland)
# The property tests, certificates for the TLS tests, fonts for those that measure text, and the checkers of what is
# installed for the desktop.
test_packages=(librapidcheck-dev openssl fonts-inter fonts-dejavu-core breeze-icon-theme appstream desktop-file-utils)
# CPack comes with CMake; these are what it calls, and what checks its work.
deb_packages=(dpkg-dev file lintian appstream desktop-file-utils)

say() { printf '%s\n' "$*"; }

# die WHAT TODO: an error that says what to do next.
die() {
    printf 'error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '       %s\n' "$2" >&2
    exit 1
}

# The names among the arguments that dpkg does not know as installed, one a line.
missing_packages() {
    local installed
    installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | awk '$2 == "installed" {print $1}') || true
    printf '%s\n' "$@" | sort -u | grep -vxF -f <(printf '%s\n' "${installed:-/}") || true
}

# as_root COMMAND...: as it is for root, by sudo for others.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo -- "$@"
    else
        die "packages have to be installed, and that takes root." "Run this as root, or install sudo."
    fi
}

# install_packages NAME...: installs what is missing of them, and nothing else.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        die "this is not a Debian system." "Install the equivalents of: ${missing[*]}"
    say "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    as_root packaging/install-packages "${missing[@]}" ||
        die "apt-get could not install ${missing[*]}." "Its messages are above. Check the network and apt's sources, then run this again."
}

# as_owner COMMAND...: under sudo, goes on as the person who typed it, so that neither build/ nor the private
# Redis' data end up owned by root. Does not return then. Otherwise does nothing.
as_owner() {
    [ "$(id -u)" -eq 0 ] && [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ] || return 0
    [ "$(stat -c %U .)" = "$SUDO_USER" ] || return 0
    exec sudo -u "$SUDO_USER" -H --preserve-env=DISPLAY,WAYLAND_DISPLAY,XAUTHORITY,XDG_RUNTIME_DIR,TERM,LANG -- "$@"
}

# How many compilers at once: one a core, and no more than memory holds (Qt's headers want most of a GiB each).
compile_jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable/ {print int($2 / 1048576)}' /proc/meminfo)
    if [ "${memory:-0}" -lt 1 ]; then memory=1; fi
    echo $((cores < memory ? cores : memory))
}

# build PRESET CMAKE_ARGUMENTS -- TARGET...: configures and builds. On a terminal ninja shows one moving line; into a
# file only what is wrong is worth a line.
build() {
    local preset=$1 arguments=() quiet=()
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do arguments+=("$1") && shift; done
    shift
    [ -t 1 ] || quiet=(--quiet)
    mkdir -p "build/$preset"
    # The whole log is kept, and shown only when it holds the reason of a failure.
    cmake --preset "$preset" "${arguments[@]}" >"build/$preset/configure.log" 2>&1 ||
        { cat "build/$preset/configure.log" >&2 && die "CMake could not configure the preset '$preset'." "Its log is above."; }
    NINJA_STATUS='[%f/%t, %e s] ' ninja "${quiet[@]}" -C "build/$preset" -j "$(compile_jobs)" "$@" ||
        die "the build of '$preset' failed." "The compiler's messages are above."
}

# minutes SECONDS: "1 min 12 s", for people.
minutes() {
    if [ "$1" -ge 60 ]; then echo "$(($1 / 60)) min $(($1 % 60)) s"; else echo "$1 s"; fi
}
