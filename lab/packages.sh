#!/usr/bin/env bash
# Installs the Debian packages that the lab and the tests read: `packages.sh [--missing] [GROUP...]`, as root. Groups are
# lab (the mail network; the default), tests (what the tests need beside it) and peers (for how soon somebody knows).
# With --missing it installs nothing, and says which are not there.
set -euo pipefail

lab=(nftables iproute2 util-linux hostname mawk openssl openssh-server openssh-client
  postfix postfix-pgsql dovecot-core dovecot-imapd dovecot-lmtpd dovecot-pgsql
  haproxy dnsmasq-base postgresql-15)
tests=(iptables ipset conntrack python3 kmod prometheus-alertmanager chromium fonts-dejavu-core
  zsh fish groff-base)
peers=(prometheus prometheus-blackbox-exporter prometheus-postfix-exporter prometheus-alertmanager)

only_missing=""
[[ "${1:-}" != --missing ]] || { only_missing=yes; shift; }
wanted=()
for group in "${@:-lab}"; do
  case "$group" in
    lab) wanted+=("${lab[@]}") ;;
    tests) wanted+=("${tests[@]}") ;;
    peers) wanted+=("${peers[@]}") ;;
    *) echo "there is no group \`$group\`: lab, tests or peers" >&2; exit 2 ;;
  esac
done

# Of packages that it has never heard of dpkg-query says nothing, and fails.
installed=$(dpkg-query --show --showformat='${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for package in "${wanted[@]}"; do
  grep -qx "$package installed" <<<"$installed" || missing+=("$package")
done
if [[ -n "$only_missing" ]]; then
  ((${#missing[@]} == 0)) || printf '%s\n' "${missing[@]}"
  exit 0
fi
((${#missing[@]} > 0)) || { echo "all packages are there"; exit 0; }

# Packages must not start services here: a loaded ruleset would judge the tests' own traffic.
policy=/usr/sbin/policy-rc.d
if [[ ! -e "$policy" ]]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
fi
# Nor may PostgreSQL's package make a database of its own, which would be started by hand or at boot.
mkdir -p /etc/postgresql-common/createcluster.d
printf 'create_main_cluster = false\n' >/etc/postgresql-common/createcluster.d/premortem.conf
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}"
