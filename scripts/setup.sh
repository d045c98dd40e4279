# Everything that demo.sh and test.sh need, made once and kept: sourced by both.
#
# System packages, a virtual environment in .venv, the OpenSim SDK and its Python package in a cache
# that checkouts share, the compiled package and plugin, and OpenSim's walking example in data/. Each step is skipped
# when what it would make is there and was made from the same things.
#
# A script that needs more system packages lists them in test_packages before it sources this.
#
# After it, in this shell: python, nmm-opensim and opensim-cmd of .venv come first on the PATH.

set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
venv="$root/.venv"
# The same kernels on every processor: OpenSim's inverse kinematics, within its tolerance, ends
# elsewhere with others (tests/conftest.py).
export OPENBLAS_CORETYPE="${OPENBLAS_CORETYPE:-Haswell}"
build="$root/build/Release"
setup_began=$SECONDS

say() { printf '\033[1m[%3d s]\033[0m %s\n' "$((SECONDS - setup_began))" "$*"; }
stop() { printf 'Set-up cannot go on: %s\n' "$*" >&2; exit 2; }

# Runs a step with its output in a log, and shows the log's end when it fails.
quietly() {
    local log="$root/build/$1.log"
    mkdir -p "$root/build"
    shift
    "$@" >"$log" 2>&1 && return
    tail -n 30 "$log" >&2
    stop "'$*' failed; the whole log is $log"
}

[[ -v test_packages ]] || test_packages=()

require_system_packages() {
    local packages=(python3 python3-venv python3-dev g++ cmake ninja-build pkg-config catch2
        nlohmann-json3-dev libsimbody-dev libspdlog-dev "${test_packages[@]}")
    command -v dpkg-query >/dev/null ||
        stop "expected Debian or a relative of it (dpkg), on which these packages exist: ${packages[*]}"
    local missing=() package
    for package in "${packages[@]}"; do
        [[ "$(dpkg-query --show -f '${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] ||
            missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then return; fi
    if [[ "$(id -u)" != 0 ]]; then
        stop "ask an administrator to run: apt-get install ${missing[*]}"
    fi
    say "installing system packages: ${missing[*]}"
    quietly apt-update apt-get update
    DEBIAN_FRONTEND=noninteractive quietly apt-install \
        apt-get install --yes --no-install-recommends "${missing[@]}"
}

make_virtual_environment() {
    local base="${NMM_PYTHON:-python3}"
    "$base" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' ||
        stop "expected Python 3.11 to 3.13, but $base is $("$base" --version); set NMM_PYTHON"
    local made_from
    made_from="$("$base" --version) $(sha256sum <"$root/pyproject.toml")"
    [[ -f "$venv/made-from" && "$(<"$venv/made-from")" == "$made_from" ]] && return
    say "installing Python packages into .venv (PyTorch is large: some minutes the first time)"
    [[ -x "$venv/bin/python" ]] || quietly venv "$base" -m venv "$venv"
    # The package's own build runs in this environment, so its build requirements come along.
    local requirements="$root/build/requirements.txt"
    mkdir -p "$root/build"
    "$venv/bin/python" - "$root/pyproject.toml" >"$requirements" <<'PYTHON'
import sys, tomllib
with open(sys.argv[1], "rb") as file:
    content = tomllib.load(file)
project = content["project"]
print(*project["dependencies"], *project["optional-dependencies"]["test"],
      *content["build-system"]["requires"], sep="\n")
PYTHON
    quietly pip-install "$venv/bin/python" -m pip install --disable-pip-version-check -r "$requirements"
    printf '%s' "$made_from" >"$venv/made-from"
}

provide_opensim() {
    OpenSim_DIR="$("$venv/bin/python" "$root/scripts/opensim_sdk/build.py")" || exit 2
    export OpenSim_DIR
    ln -sfn "$("$venv/bin/python" "$root/scripts/opensim_sdk/build.py" --prefix)/bin/opensim-cmd" \
        "$venv/bin/opensim-cmd"
}

build_package() {
    local made_from
    # An editable installation knows the modules by name: one that moved needs another.
    made_from="$OpenSim_DIR $({
        cat "$root/pyproject.toml" "$venv/made-from"
        cd "$root/python" && find . -name '*.py' | sort
    } | sha256sum)"
    if [[ -f "$build/made-from" && "$(<"$build/made-from")" == "$made_from" ]] &&
        [[ -e "$venv/bin/nmm-opensim" && -e "$venv/lib/libosimNMM.so" ]] &&
        cmake --build "$build" -- -n 2>/dev/null | grep -q 'no work to do'; then
        return
    fi
    say "compiling the package and the plugin"
    quietly build "$venv/bin/python" -m pip install --disable-pip-version-check \
        --no-build-isolation --no-deps --editable "$root" \
        --config-settings=cmake.define.OpenSim_DIR="$OpenSim_DIR" \
        --config-settings=cmake.define.NMM_BUILD_TESTS=ON
    local plugin
    plugin="$(find "$venv/lib" -path '*/nmm_opensim/lib/libosimNMM.so' -print -quit)"
    [[ -n "$plugin" ]] || stop "the build made no libosimNMM.so; its log is $root/build/build.log"
    ln -sfn "$plugin" "$venv/lib/libosimNMM.so"
    printf '%s' "$made_from" >"$build/made-from"
}

# A Python whose `opensim` is the SDK's own: the plugin loads into that one only, while the wheel
# from PyPI, which is another version, serves everything else.
provide_scripting() {
    local package
    package="$("$venv/bin/python" "$root/scripts/opensim_sdk/build.py" --python)" || exit 2
    local command="$venv/bin/opensim-python"
    printf '#!/bin/sh\nPYTHONPATH="%s${PYTHONPATH:+:$PYTHONPATH}" exec "%s" "$@"\n' \
        "$package" "$venv/bin/python" >"$command"
    chmod +x "$command"
}

take_example_data() {
    local complete="$root/data/complete" source
    local folders=(OpenSim/Examples/Moco/example3DWalking)
    local models=(OpenSim/Tests/shared/arm26.osim)
    [[ -f "$complete" && "$(<"$complete")" == "${folders[*]} ${models[*]}" ]] && return
    say "taking example data from OpenSim's source distribution"
    source="$("$venv/bin/python" "$root/scripts/opensim_sdk/build.py" --source)" || exit 2
    local path name
    for path in "${folders[@]}"; do
        name="$(basename "$path")"
        rm -rf "$root/data/$name"
        mkdir -p "$root/data"
        cp -r "$source/$path" "$root/data/$name"
    done
    for path in "${models[@]}"; do
        name="$(basename "$path" .osim)"
        mkdir -p "$root/data/$name"
        cp "$source/$path" "$root/data/$name/"
    done
    printf '%s' "${folders[*]} ${models[*]}" >"$complete"
}

say "set-up"
require_system_packages
make_virtual_environment
provide_opensim
build_package
provide_scripting
take_example_data
export PATH="$venv/bin:$PATH"
say "set-up is complete"
