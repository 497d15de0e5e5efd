#!/bin/sh
# The part of premortem that a device runs: a few fixed verbs, and the dead-man that puts the last good
# state back without anybody's help. Needs nft, flock, awk and cmp; `rehearse` needs unshare and ip too.
#
#   premortem-device STATE VERB [ID …]
#
#   list                  the tables as they are: nft's listing without handles and counters
#   rehearse              standard input: sections `base`, `script`. Loads base into an empty namespace,
#                         runs the script on it, and prints the listing that it comes to
#   arm ID SECONDS        standard input: sections `tables`, `base`, `candidate`, `load`, `restore`
#   load ID | confirm ID | restore ID
#   look ID               `MARKER RUNNING`
#
# Sections begin with a line `=== NAME`. ID counts up: an older apply can do nothing any more.
# Exit codes: 0 done, 10 changed since planned, 11 cannot restore, 12 not loaded, 13 too late,
# 14 superseded, 64 bad usage.
set -eu
umask 077

CHANGED=10 CANNOT_RESTORE=11 NOT_LOADED=12 TOO_LATE=13 SUPERSEDED=14 USAGE=64

state=${1:?state folder}
verb=${2:?verb}
id=${3:-}
self=$(readlink -f "$0")

fail() {
  code=$1
  shift
  echo "$*" >&2
  exit "$code"
}

case $id in
  *[!0-9]*) fail $USAGE "an apply is a number, not $id" ;;
esac
mkdir -p "$state"
here=$state/$id

# Splits standard input into files of the folder $1, one for each section.
sections() {
  awk -v folder="$1" '/^=== [a-z]+$/ { file = folder "/" $2; printf "" > file; next } { print > file }'
}

# Sets that packets or clocks fill are told without their elements: those are nobody's decision.
without_live() {
  awk '
    /^\t(set|map) / { inside = 1; live = 0 }
    /^\t}$/ { inside = 0; skipping = 0 }
    inside && /^\t\t(timeout |flags .*(dynamic|timeout))/ { live = 1 }
    inside && live && /^\t\telements = / { skipping = 1 }
    !skipping { print }
  '
}

# A listing in a form that tells two of the same meaning from two that differ: each block in a line, in
# the order of names, since chains stand in the order in which they were made.
canonical() {
  without_live | awk '
    /^table / { table = $0 }
    /^\t[^\t}]/ && !/ \{$/ { print table $0 }
    /^\t[^\t}].* \{$/ { block = table $0; next }
    /^\t\t/ { block = block "\036" $0 }
    /^\t}$/ { print block }
  ' | LC_ALL=C sort
}

# The own tables as they are now; tables that are not there are left out.
own_tables() {
  while read -r family name; do
    nft -s list table "$family" "$name" 2>/dev/null || true
  done <"$here/tables"
}

# nft prints some rules otherwise once a listing is loaded again (`{ 1-5 }` as `1-5`): both forms count.
running() {
  own_tables | canonical >"$here/now"
  if same now base.now || same now base.again; then echo previous
  elif same now candidate.now || same now candidate.again; then echo candidate
  else echo other
  fi
}

same() {
  cmp -s "$here/$1" "$here/$2"
}

boot() {
  cat /proc/sys/kernel/random/boot_id
}

newest() {
  cat "$state/newest" 2>/dev/null || echo 0
}

# What was armed before a restart counts as restored: the restart has loaded the files of before.
marker() {
  if [ -n "$id" ] && [ "$(newest)" -gt "$id" ]; then echo superseded
  elif [ ! -e "$here/marker" ]; then echo none
  else
    found=$(cat "$here/marker")
    case $found in
      armed | restoring) [ "$(cat "$here/boot")" = "$(boot)" ] || found=restored ;;
    esac
    echo "$found"
  fi
}

# A name that is moved into place is there whole or not at all.
mark() {
  echo "$1" >"$here/marker.new"
  mv "$here/marker.new" "$here/marker"
}

# Numbers of processes are used again: only one that speaks of this folder is the dead-man.
stop_dead_man() {
  if [ -e "$1/deadman" ]; then
    pid=$(cat "$1/deadman")
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF " $state "; then
      kill -- "-$pid" 2>/dev/null || true
    fi
    rm -f "$1/deadman"
  fi
}

# Runs commands in an empty namespace with interfaces of the names that are here. Not every kernel has
# dummies.
elsewhere() {
  names=$(ip -o link | awk -F': ' '{ sub(/@.*/, "", $2); if ($2 != "lo") print $2 }')
  unshare -n sh -euc '
    for name in $1; do
      for type in dummy bridge; do
        ip link add name "$name" type "$type" 2>/dev/null && continue 2
      done
      echo "no stand-in for interface $name can be made here" >&2
      exit 1
    done
    shift
    "$@"
  ' sh "$names" "$@"
}

# There and back in an empty namespace; what it comes to has to be what was approved, and what was there.
rehearsal() {
  elsewhere sh -euc '
    cd "$1"
    nft -f base && nft -s list ruleset >base.listed
    nft -f load && nft -s list ruleset >candidate.listed
    nft -f restore && nft -s list ruleset >back.listed
    nft flush ruleset
    nft -f candidate && nft -s list ruleset >fresh.listed
  ' sh "$here" || return 1
  canonical <"$here/base.listed" >"$here/base.again"
  canonical <"$here/candidate.listed" >"$here/candidate.again"
  canonical <"$here/back.listed" >"$here/back"
  canonical <"$here/fresh.listed" >"$here/fresh"
  same back base.again && same candidate.again fresh
}

arm() {
  [ "$(newest)" -le "$id" ] || fail $SUPERSEDED "a newer apply is on record"
  case $(marker) in
    armed) return ;;
    none) ;;
    *) fail $TOO_LATE "this apply is over" ;;
  esac
  mkdir -p "$here"
  sections "$here"
  without_live <"$here/base" >"$here/base.kept"
  mv "$here/base.kept" "$here/base"
  canonical <"$here/base" >"$here/base.now"
  canonical <"$here/candidate" >"$here/candidate.now"
  rm -f "$here/base.again" "$here/candidate.again"
  [ "$(running)" = previous ] || fail $CHANGED "the own tables are not as planned"
  rehearsal || fail $CANNOT_RESTORE "restoring does not come to what was there"
  boot >"$here/boot"
  echo "$id" >"$state/newest.new"
  mv "$state/newest.new" "$state/newest"
  for older in "$state"/*/; do stop_dead_man "${older%/}"; done
  setsid sh -c 'sleep "$1"; exec sh "$2" "$3" fire "$4"' sh "$seconds" "$self" "$state" "$id" \
    </dev/null >/dev/null 2>&1 9>&- &
  echo $! >"$here/deadman"
  kill -0 $! || fail $CANNOT_RESTORE "the dead-man does not run"
  mark armed
}

load() {
  case $(marker) in
    armed) ;;
    superseded) fail $SUPERSEDED "a newer apply is on record" ;;
    *) fail $TOO_LATE "nothing is armed" ;;
  esac
  case $(running) in
    candidate) return ;;
    other) fail $CHANGED "the own tables are not as planned" ;;
  esac
  : >"$here/loaded"
  nft -f "$here/load" || fail $NOT_LOADED "the kernel does not take it"
}

confirm() {
  case $(marker) in
    confirmed) return ;;
    armed) ;;
    superseded) fail $SUPERSEDED "a newer apply is on record" ;;
    *) fail $TOO_LATE "it was restored" ;;
  esac
  [ "$(running)" = candidate ] || fail $CHANGED "something else runs"
  mark confirmed
  stop_dead_man "$here"
}

restore() {
  case $(marker) in
    restored) return ;;
    armed | restoring) ;;
    superseded) fail $SUPERSEDED "a newer apply is on record" ;;
    *) fail $CANNOT_RESTORE "there is nothing to restore" ;;
  esac
  mark restoring
  if [ -e "$here/loaded" ]; then
    [ "$(running)" = previous ] || nft -f "$here/restore" || replace_whole
    [ "$(running)" = previous ] || replace_whole
    [ "$(running)" = previous ] || fail $CANNOT_RESTORE "the own tables are not as before"
  fi
  mark restored
  stop_dead_man "$here"
}

# Somebody has changed the own tables meanwhile: all of them anew, with what live sets hold now.
replace_whole() {
  {
    while read -r family name; do
      echo "add table $family $name"
      echo "delete table $family $name"
    done <"$here/tables"
    cat "$here/base"
  } >"$here/whole"
  while read -r family name; do
    nft list table "$family" "$name" 2>/dev/null | live_elements "$family" "$name" || true
  done <"$here/tables" >"$here/live"
  cat "$here/whole" "$here/live" >"$here/whole.live"
  nft -f "$here/whole.live" || nft -f "$here/whole"
}

# Commands that add what the live sets of a table hold, with the time that is left.
live_elements() {
  awk -v table="$1 $2" '
    /^\t(set|map) / { name = $2; live = 0 }
    /^\t\t(timeout |flags .*(dynamic|timeout))/ { live = 1 }
    live && /^\t\telements = / { sub(/^\t\telements = /, ""); printf "add element %s %s ", table, name; inside = 1 }
    inside { print }
    inside && /}$/ { inside = 0 }
  '
}

look() {
  if [ -e "$here/tables" ]; then echo "$(marker) $(running)"; else echo "$(marker) previous"; fi
}

fire() {
  [ "$(marker)" = armed ] || return 0
  rm -f "$here/deadman"
  restore
}

case $verb in
  list) nft -s list ruleset ;;
  rehearse)
    work=$(mktemp -d "$state/rehearse.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    sections "$work"
    elsewhere sh -euc 'nft -f "$1/base"; nft -f "$1/script"; nft -s list ruleset' sh "$work"
    ;;
  look | arm | load | confirm | restore | fire)
    [ -n "$id" ] || fail $USAGE "which apply?"
    seconds=${4:-}
    case $verb$seconds in
      arm | arm*[!0-9]*) fail $USAGE "arm needs a number of seconds" ;;
    esac
    # One at a time, the dead-man too.
    exec 9>"$state/lock"
    flock 9
    "$verb"
    ;;
  *) fail $USAGE "no such verb: $verb" ;;
esac
