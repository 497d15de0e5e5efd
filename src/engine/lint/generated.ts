import type { Chain, Table } from "../device/device.ts";

/** Programs that write rules of their own, by the names that they give to tables and chains. */
const TABLES: readonly (readonly [owner: string, name: RegExp])[] = [
  ["firewalld", /^firewalld$/],
  ["kube-proxy", /^kube-proxy$/],
  ["Docker", /^docker-bridges$/],
  ["fail2ban", /^f2b-table$/],
  ["libvirt", /^libvirt_network$/],
  ["fw4", /^fw4$/],
  ["CrowdSec", /^crowdsec6?$/],
];
const CHAINS: readonly (readonly [owner: string, name: RegExp])[] = [
  ["Docker", /^DOCKER(?!-USER$)/],
  ["ufw", /^ufw6?-(?!user-)/],
  ["fail2ban", /^(f2b|fail2ban)-/],
  ["kube-proxy", /^KUBE-/],
  ["firewalld", /^(FWD?I?_|IN_|FWDO_|POST_|PRE_)[a-z]|_(direct|ZONES(_SOURCE)?)$/],
  ["libvirt", /^LIBVIRT_/],
  ["Calico", /^cali-/],
  ["OpenWrt", /^(zone|delegate)_/],
];

/** Who wrote the rules of a chain, and will write them again; null: people, as far as names tell. */
export function generatorOf(table: Table, chain: Chain): string | null {
  const byTable = TABLES.find(([, name]) => name.test(table.name));
  const found = byTable ?? CHAINS.find(([, name]) => name.test(chain.name));
  return found?.[0] ?? null;
}
