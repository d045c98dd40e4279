#!/usr/bin/env bash
# The paper's own experiment on simulated people (docs/paper.md): makes fifteen people, five subjects in three regimes,
# asks all estimators for their deep muscles, and writes tables and figure. Stopped at any place, the same
# command goes on; what is there is not made again.
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

cd "$root"
# Two processes on two cores: threads of their own would only wait for each other.
export OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
regimes=(drifting small_drift pose_sharing)
seeds=(2 3 4 5 6)

# Runs a step and says how long it took.
timed() {
    local what="$1" began=$SECONDS
    shift
    say "$what"
    "$@" || stop "'$what' failed; the same command goes on from there"
    say "$what: took $((SECONDS - began)) s"
}

# One person into results/paper; what it says goes into a log.
make_person() {
    local began=$SECONDS log="build/paper_$1_$2.log"
    python -m nmm_opensim.elbow "results/paper/$1_$2" --regime "$1" --seed "$2" >"$log" 2>&1 || {
        tail -n 5 "$log" >&2
        return 1
    }
    say "  $1_$2: $((SECONDS - began)) s"
}

# Every second person, beginning with the first or the second.
make_half() {
    local regime seed number=0
    for regime in "${regimes[@]}"; do
        for seed in "${seeds[@]}"; do
            if ((number % 2 == $1)); then make_person "$regime" "$seed" || return 1; fi
            number=$((number + 1))
        done
    done
}

# Two at a time.
make_people() {
    local first second failed=0
    mkdir -p build
    make_half 0 & first=$!
    make_half 1 & second=$!
    wait "$first" || failed=1
    wait "$second" || failed=1
    return "$failed"
}

timed "fifteen simulated people, results/paper" make_people
timed "all estimators on all of them, results/paper_benchmark" \
    nmm-opensim benchmark setups/paper_benchmark.xml --processes 2
timed "parameters against truth, tables and figure" \
    python benchmarks/paper.py setups/paper_benchmark.xml --processes 2
say "done: docs/paper.md, docs/paper_people.md, docs/images/paper.png"
