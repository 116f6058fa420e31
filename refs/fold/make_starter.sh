#!/bin/sh
# Makes refs/fold/starter.gwt from the labelled domains: refs/fold/make_starter.sh DATADIR [BUILDDIR]
# DATADIR holds lib40A.*.zst. The result depends on nothing else.
set -eu
data=$1
build=${2:-.}
here=$(cd "$(dirname "$0")" && pwd)
make -C "$build" refs/fold/make_starter
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for f in tsv bb.i16 prof.u8 sprof.u8 acc_depth_phi_psi.i16; do
    zstd -dq "$data/lib40A.$f.zst" -o "$tmp/lib40A.$f"
done
"$build/refs/fold/make_starter" "$tmp" "$here/starter.gwt"
