#!/bin/sh
# The part of premortem that a device runs: a few fixed verbs, and the dead-man that puts the last good
# state back without anybody's help. Needs nft, flock, awk and cmp; `rehearse` needs unshare and ip too.
#
#   premortem-device STATE VERB [ID …]
#
#   list                  the tables as they are: nft's listing without handles and counters
#   rehearse              standard input: sections `base`, `script`. Loads base into an empty namespace,
#                         runs the script on it, and prints the listing that it comes to
#   arm ID SECONDS        standard input: sections `tables`, `base`, `candidate`, `load`, `restore`, and lists
#                         of sets that packets or clocks fill (`set inet edge bans`): `live`, `carried`,
#                         `lost`, `refilled`, as liveSets.ts makes them
#   load ID | confirm ID | restore ID
#   look ID               `MARKER RUNNING`
#   send HASH SECONDS     standard input: sections `script`, `inverse`. Loads the script, such as an undo, onto
#                         exactly the ruleset of which `nft -a -s list ruleset` has this hash, without what live
#                         sets hold, and the inverse
#                         after so many seconds, unless it is kept; in the inverse, a line `# added` stands for
#                         the rules that the script adds. Refused while an apply is armed
#   keep HASH | back HASH what was sent onto that ruleset stays, or goes now
#
# Sections begin with a line `=== NAME`; the last line is `=== end`, without which nothing is done. ID counts up: an older apply can do nothing any more.
# Exit codes: 0 done, 10 changed since planned, 11 cannot restore, 12 not loaded, 13 too late,
# 14 superseded, 15 another one is not confirmed, 16 the lock is held, 64 bad usage; others are faults: look at what came of it.
#
# At the moment of need a disk may be full, or read-only after a fault: what restoring needs is written
# when it is armed, and what runs is compared in memory.
set -eu
umask 077
# sshd gives a login that is not root none of the folders in which nft lies.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

CHANGED=10 CANNOT_RESTORE=11 NOT_LOADED=12 TOO_LATE=13 SUPERSEDED=14 ANOTHER=15
BUSY=16 USAGE=64
# Seconds to wait for whoever holds the lock: a load of 10,000 rules takes one.
LOCK_S=5
# Seconds between two attempts of the dead-man, and how many are made until it waits longer.
AGAIN_S=1
SOON_TRIES=60
SELDOM_S=60
# Attempts to take back what was sent and not kept: where none works, others have changed the same place.
BACK_TRIES=60
# Seconds that nft may take in an attempt of the dead-man: a set of a million elements takes 20.
NFT_S=120

state=${1:?state folder}
verb=${2:?verb}
id=${3:-}
self=$(readlink -f "$0" || true)
hash=
case $verb in
  send | keep | back)
    hash=$id
    id=
    ;;
esac

fail() {
  code=$1
  shift
  echo "$*" >&2
  exit "$code"
}

case $id in
  *[!0-9]*) fail $USAGE "an apply is a number, not $id" ;;
esac
# Where no record can be kept nothing is armed, and an undo has to work on a full disk too.
mkdir -p "$state" || [ -n "$hash" ]
here=$state/$id

# An nft that hangs must not keep the dead-man from trying again.
limit_s=
nft() {
  if [ -n "$limit_s" ] && command -v timeout >/dev/null; then
    command timeout -s KILL "$limit_s" nft "$@"
  else command nft "$@"
  fi
}

# Splits standard input into files of the folder $1, one for each section. A connection that breaks looks like
# the end of the input: half a list of live sets would be carried over, and the rest be lost.
sections() {
  awk -v folder="$1" '
    { whole = /^=== end$/ }
    /^=== [a-z]+$/ { file = folder "/" $2; printf "" > file; next }
    file != "" { print > file }
    END { exit !whole }
  ' || fail "$2" "$BROKE_OFF"
}
BROKE_OFF="what was sent broke off on the way: nothing was done"

# Sets that packets or clocks fill are told without their elements: those are nobody's decision. Nor is how many
# elements a set holds, which nft tells from 1.1.3 on.
without_live() {
  awk '
    { sub(/\t# count [0-9]+$/, "") }
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
  # Printed as it comes: an awk that collects a set of 100,000 elements copies it with each of its lines.
  without_live | awk '
    /^table / { table = $0 }
    /^\t[^\t}]/ && !/ \{$/ { print table $0 }
    /^\t[^\t}].* \{$/ { printf "%s", table $0; next }
    /^\t\t/ { printf "\036%s", $0 }
    /^\t}$/ { print "" }
  ' | LC_ALL=C sort
}

# The own tables as they are now; tables that are not there are left out. Fails where nft does not say.
own_tables() {
  there=$(nft list tables) || return 1
  while read -r family name; do
    printf '%s\n' "$there" | grep -qxF "table $family $name" || continue
    nft -s list table "$family" "$name" || return 1
  done <"$here/tables"
}

# nft prints some rules otherwise once a listing is loaded again (`{ 1-5 }` as `1-5`): both forms count. Where
# previous and candidate are the same, such as where the boot file alone is to change, it is that of $1.
running() {
  listed=$(own_tables) || {
    echo unknown
    return
  }
  now=$(printf '%s\n' "$listed" | canonical | sum)
  if [ "${1:-base}" = base ]; then order='base candidate'; else order='candidate base'; fi
  for one in $order; do
    for form in now again; do
      [ -e "$here/$one.$form" ] && [ "$(sum <"$here/$one.$form")" = "$now" ] || continue
      if [ "$one" = base ]; then echo previous; else echo candidate; fi
      return
    done
  done
  echo other
}

sum() {
  sha256sum | cut -d' ' -f1
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

# What is on record of the apply in the folder $1. What was armed before a restart counts as restored: the
# restart has loaded the files of before.
recorded() {
  if [ -e "$1/marker" ]; then
    found=$(cat "$1/marker")
    case $found in
      armed | restoring) [ "$(cat "$1/boot")" = "$(boot)" ] || found=restored ;;
    esac
    echo "$found"
  else echo none
  fi
}

# What has come to its end keeps it on record when a newer one comes.
marker() {
  found=$(recorded "$here")
  case $found in
    none | armed | restoring) [ "$(newest)" -le "$id" ] || found=superseded ;;
  esac
  echo "$found"
}

# Fails where another apply is armed: its dead-man is all that guards what it has loaded.
alone() {
  for folder in "$state"/*/; do
    other=${folder%/}
    other=${other##*/}
    [ "$other" != "$id" ] || continue
    case $(recorded "$state/$other") in
      armed | restoring)
        fail $ANOTHER "apply $other is armed and not confirmed: confirm it or take it back first"
        ;;
    esac
  done
}

MARKERS='armed confirmed restoring restored'

# A name that is moved into place is there whole or not at all, and needs no room on the disk.
mark() {
  [ "$(cat "$here/marker" 2>/dev/null)" = "$1" ] || mv -f "$here/marker.$1" "$here/marker"
}

# Numbers of processes are used again: only one that speaks of this apply is its dead-man.
stop_dead_man() {
  if [ -e "$1/deadman" ]; then
    pid=$(cat "$1/deadman")
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF " $state ${1##*/} "; then
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
      # The kernel puts those of tunnels (sit0, gre0) into each namespace by itself.
      ! ip link show dev "$name" >/dev/null 2>&1 || continue
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

# Runs a copy of this script of its own: a newer one may take its place meanwhile. A folder that is gone
# leaves nothing to restore from. What failed for a minute is tried once a minute: loading tables anew each
# second would hurt what works.
DEAD_MAN='
  sleep "$1"
  tries=0
  until sh "$2" "$3" fire "$4"; do
    [ -e "$2" ] || exit
    tries=$((tries + 1))
    if [ "$tries" -lt "$6" ]; then sleep "$5"; else sleep "$7"; fi
  done
'

arm() {
  [ "$(newest)" -le "$id" ] || fail $SUPERSEDED "a newer apply is on record"
  case $(marker) in
    armed) return ;;
    none) ;;
    *) fail $TOO_LATE "this apply is over" ;;
  esac
  alone
  [ -z "$(guards)" ] || fail $BUSY "what was sent waits to be kept"
  write_down || fail $CANNOT_RESTORE "the record of this apply cannot be written to $here"
  case $(running) in
    previous) ;;
    unknown) fail $CANNOT_RESTORE "nft does not say what runs" ;;
    *) fail $CHANGED "the own tables are not as planned" ;;
  esac
  rehearsal || fail $CANNOT_RESTORE "restoring does not come to what was there"
  mv "$state/newest.new" "$state/newest"
  for older in "$state"/*/; do stop_dead_man "${older%/}"; done
  setsid sh -c "$DEAD_MAN" sh "$seconds" "$here/part" "$state" "$id" "$AGAIN_S" \
    "$SOON_TRIES" "$SELDOM_S" \
    </dev/null >/dev/null 2>&1 9>&- &
  echo $! >"$here/deadman"
  kill -0 $! || fail $CANNOT_RESTORE "the dead-man does not run"
  mark armed
}

# Everything that is needed later, while there is time to say that there is no room for it.
write_down() {
  mkdir -p "$here" &&
    sections "$here" $CANNOT_RESTORE &&
    without_live <"$here/base" >"$here/base.kept" &&
    mv "$here/base.kept" "$here/base" &&
    canonical <"$here/base" >"$here/base.now" &&
    canonical <"$here/candidate" >"$here/candidate.now" &&
    rm -f "$here/base.again" "$here/candidate.again" &&
    cp "$self" "$here/part" &&
    boot >"$here/boot" &&
    echo "$id" >"$state/newest.new" || return 1
  for one in $MARKERS; do echo "$one" >"$here/marker.$one" || return 1; done
}

load() {
  case $(marker) in
    armed) ;;
    superseded) fail $SUPERSEDED "a newer apply is on record" ;;
    *) fail $TOO_LATE "nothing is armed" ;;
  esac
  case $(running) in
    candidate) return ;;
    previous) ;;
    unknown) fail 1 "nft does not say what runs" ;;
    *) fail $CHANGED "the own tables are not as planned" ;;
  esac
  save || fail 1 "what live sets hold cannot be kept"
  : >"$here/loaded"
  { cat "$here/load" && printf '%s\n' "$kept"; } | nft -f - ||
    fail $NOT_LOADED "the kernel does not take it, with what its live sets hold"
}

confirm() {
  case $(marker) in
    confirmed) return ;;
    armed) ;;
    superseded) fail $SUPERSEDED "a newer apply is on record" ;;
    *) fail $TOO_LATE "it was restored" ;;
  esac
  case $(running candidate) in
    candidate) ;;
    unknown) fail 1 "nft does not say what runs" ;;
    *) fail $CHANGED "something else runs" ;;
  esac
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
  mark restoring || true
  put_back || fail $CANNOT_RESTORE "the own tables are not as before"
  mark restored
  stop_dead_man "$here"
}

# Brings back what was there, unless nothing was loaded over it. Fails unless that runs.
put_back() {
  [ -e "$here/loaded" ] || return 0
  [ "$(running)" != previous ] || return 0
  if with_held refilled cat "$here/restore" && [ "$(running)" = previous ]; then return 0; fi
  # Somebody has changed the own tables meanwhile: all of them anew.
  with_held live whole
  [ "$(running)" = previous ]
}

# Loads what a command prints, and fills the sets of the list $1. Rather without an element that the kernel
# does not take than not at all.
with_held() {
  held=$(what_they_held "$1")
  shift
  if { "$@" && printf '%s\n' "$held"; } | nft -f -; then return 0; fi
  "$@" | nft -f - || return 1
  printf '%s\n' "$held" | while IFS= read -r line; do
    printf '%s\n' "$line" | nft -f - || true
  done
}

whole() {
  while read -r family name; do
    echo "add table $family $name"
    echo "delete table $family $name"
  done <"$here/tables"
  cat "$here/base"
}

# Commands that add what the sets of the list $1 hold, each in a line, behind a comment that names the set.
# Fails where one of them cannot be listed.
holdings() {
  missing=0
  while read -r kind family table name; do
    if listed=$(nft list "$kind" "$family" "$table" "$name"); then
      echo "# $family $table $name"
      printf '%s\n' "$listed" | live_elements
    else missing=1
    fi
  done <"$here/$1"
  return $missing
}

# A listing of one set as commands that add its elements, with the time that is left: one for each line of it.
live_elements() {
  awk '
    /^table / { table = $2 " " $3 }
    /^\t(set|map) / { name = $2; live = 0 }
    /^\t\t(timeout |flags .*(dynamic|timeout))/ { live = 1 }
    live && /^\t\telements = / { sub(/^\t\telements = \{/, ""); inside = 1 }
    inside {
      gsub(/expires 0s/, "expires 1s")
      last = /}$/
      sub(/^[ \t]+/, "")
      sub(/ *[,}]$/, "")
      if ($0 != "") print "add element " table " " name " { " $0 " }"
      if (last) inside = 0
    }
  '
}

# Right before the load, in `kept` and on record: it takes sets away with what they hold. What comes between
# this and the commit is gone: the time that nft takes to read the load.
save() {
  lost=$(holdings lost) && kept=$(holdings carried) &&
    printf '%s\n' "$lost" "$kept" >"$here/saved" &&
    uptime_s >"$here/saved.at"
}

# What the sets of the list $1 held: what they hold now, or held before the load where they are gone or were
# of another kind, less the time that went by.
what_they_held() {
  passed=0
  saved=/dev/null
  if [ -e "$here/saved" ]; then
    saved=$here/saved
    passed=$(($(uptime_s) - $(cat "$here/saved.at")))
  fi
  holdings "$1" 2>/dev/null | awk -v passed="$passed" '
    # 1d2h3m4s5ms, in seconds.
    function seconds(text, sum, part) {
      sum = 0
      while (match(text, /^[0-9]+(ms|[dhms])/)) {
        part = substr(text, 1, RLENGTH)
        text = substr(text, RLENGTH + 1)
        if (part ~ /ms$/) sum += part / 1000
        else if (part ~ /s$/) sum += part
        else if (part ~ /m$/) sum += part * 60
        else if (part ~ /h$/) sum += part * 3600
        else sum += part * 86400
      }
      return sum
    }
    # An element that would be gone by now has one second.
    function later(line, done, from, long, left) {
      done = ""
      while (match(line, /expires [0-9dhms]+/)) {
        from = RSTART
        long = RLENGTH
        left = int(seconds(substr(line, from + 8, long - 8)) - passed)
        done = done substr(line, 1, from - 1) "expires " (left < 1 ? 1 : left) "s"
        line = substr(line, from + long)
      }
      return done line
    }
    of == "lost" { lost[$2 " " $3 " " $4] = 1; next }
    of == "now" { if (/^#/) there[$2 " " $3 " " $4] = 1; print; next }
    /^add / { key = $3 " " $4 " " $5; if (key in lost || !(key in there)) print later($0) }
  ' of=lost "$here/lost" of=now - of=saved "$saved"
}

uptime_s() {
  cut -d. -f1 /proc/uptime
}

look() {
  on_record=$(marker)
  # Behind a load, and until it is taken back, what was loaded runs.
  expected=base
  case $on_record in
    armed | confirmed) [ ! -e "$here/loaded" ] || expected=candidate ;;
  esac
  if [ ! -e "$here/tables" ]; then found=previous; else found=$(running "$expected"); fi
  [ "$found" != unknown ] || fail 1 "nft does not say what runs"
  echo "$on_record $found"
}

# Elsewhere the handles of the script name other rules.
send() {
  alone
  input=$(cat)
  [ "${input##*"
"}" = "=== end" ] || fail 1 "$BROKE_OFF"
  # Bans that come all day are no part of it.
  [ "$(nft -a -s list ruleset | without_live | sum)" = "$hash" ] ||
    fail $CHANGED "the ruleset changed while it was looked at"
  answer=$(guarded &)
  case $answer in
    loaded) ;;
    '') fail 1 "whoever loads it was ended" ;;
    *) fail $NOT_LOADED "nft does not take it: $answer" ;;
  esac
}

# Loads, and is the dead-man of what it has loaded: who loads is there, which nobody has to prove. It holds what
# it needs in memory, and says `loaded` or why not.
guarded() {
  # The lock is for as long as it loads, not for as long as it waits.
  exec 9>&-
  told=
  trap '' HUP PIPE
  trap 'told=keep' USR1
  trap 'told=back' TERM
  # Handles are asked for only where they are needed: nft 1.0.6 dies of telling some.
  echo_handles=
  ! section inverse | grep -qxF "# added" || echo_handles='-a -e'
  if ! said=$(section script | nft $echo_handles -f - 2>&1); then
    printf '%s\n' "$said"
    exit
  fi
  # Whoever asked may be gone already.
  echo loaded || true
  exec </dev/null >/dev/null 2>&1
  left=$seconds
  # By the second: a signal that comes right before `wait` is seen behind it.
  while [ -z "$told" ] && [ "$left" -gt 0 ]; do
    sleep 1 &
    wait $! || true
    left=$((left - 1))
  done
  [ "$told" != keep ] || exit 0
  lock || true
  limit_s=$NFT_S
  left=$BACK_TRIES
  until way_back | nft -f -; do
    left=$((left - 1))
    [ "$left" -gt 0 ] || exit
    sleep "$AGAIN_S"
  done
}

section() {
  printf '%s\n' "$input" | awk -v name="=== $1" '/^=== [a-z]+$/ { inside = $0 == name; next } inside'
}

# Rules that the script has added got their handles from the kernel.
way_back() {
  section inverse | while IFS= read -r line; do
    if [ "$line" != "# added" ]; then printf '%s\n' "$line"
    else
      printf '%s\n' "$said" |
        awk '/^(add|insert) rule / && / # handle [0-9]+$/ { print "delete rule", $3, $4, $5, "handle", $NF }'
    fi
  done
}

# Whoever waits for what was sent from this folder to be kept, of the ruleset $hash where there is one.
guards() {
  for file in $(grep -lF -- "$state" /proc/[0-9]*/cmdline 2>/dev/null); do
    words=$({ tr '\0' '\n' <"$file" | tail -n 4; } 2>/dev/null) || continue
    case $words in
      "$state
send
$hash"*)
        file=${file%/cmdline}
        echo "${file#/proc/}"
        ;;
    esac
  done
}

# Tells a guard something, and waits until it has done it.
tell() {
  found=$(guards)
  [ -n "$found" ] || fail $TOO_LATE "nothing waits to be kept"
  for pid in $found; do kill -s "$1" "$pid" 2>/dev/null || true; done
  for pid in $found; do
    left=$((LOCK_S * 10))
    # One that has ended may wait for a slow init to take note of it: it has no words any more.
    while grep -q . "/proc/$pid/cmdline" 2>/dev/null; do
      left=$((left - 1))
      [ "$left" -gt 0 ] || fail 1 "it is not over yet"
      sleep 0.1
    done
  done
}

keep() {
  tell USR1
}

back() {
  tell TERM
}

# One attempt of the dead-man. Whoever holds the lock all that time may load yet: it is restored all the
# same, and again until the lock is free.
fire() {
  case $(marker) in
    armed | restoring) ;;
    none) [ -e "$here/loaded" ] || return 0 ;;
    *) return 0 ;;
  esac
  limit_s=$NFT_S
  mark restoring || true
  put_back || fail $CANNOT_RESTORE "the own tables are not as before"
  [ "$is_locked" = yes ] || fail $BUSY "somebody holds the lock"
  mark restored
  rm -f "$here/deadman"
}

# The folder itself is the lock: a disk that takes no writes any more must not keep the dead-man from it.
lock() {
  [ -r "$state" ] && exec 9<"$state" && flock -w "$LOCK_S" 9
}

case $verb in
  list) nft -s list ruleset ;;
  rehearse)
    work=$(mktemp -d "$state/rehearse.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    sections "$work" 1
    elsewhere sh -euc 'nft -f "$1/base"; nft -f "$1/script"; nft -s list ruleset' sh "$work"
    ;;
  send)
    seconds=${4:-}
    case $hash:$seconds in
      :* | *: | *:*[!0-9]*) fail $USAGE "send needs the hash of a ruleset, and a number of seconds" ;;
    esac
    [ ! -d "$state" ] || lock || fail $BUSY "somebody holds the lock"
    send
    ;;
  keep | back)
    [ -n "$hash" ] || fail $USAGE "of which ruleset?"
    "$verb"
    ;;
  look | arm | load | confirm | restore | fire)
    [ -n "$id" ] || fail $USAGE "which apply?"
    seconds=${4:-}
    case $verb$seconds in
      arm | arm*[!0-9]*) fail $USAGE "arm needs a number of seconds" ;;
    esac
    # One at a time, the dead-man too.
    is_locked=no
    if lock; then is_locked=yes; elif [ "$verb" != fire ]; then fail $BUSY "somebody holds the lock"; fi
    "$verb"
    ;;
  *) fail $USAGE "no such verb: $verb" ;;
esac
