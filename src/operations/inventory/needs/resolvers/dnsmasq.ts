import type { Includes } from "../includes.ts";
import { type ConfigText, LOOPBACK, type Need } from "../model.ts";
import { addressAndPort, type Forwarding, resolverNeed } from "./model.ts";
import { nameservers } from "./resolvConf.ts";

const ROOT = "/etc/dnsmasq.conf";
/** Debian's service hands these over on its command line. */
const PARTS = "/etc/dnsmasq.d/*";
const RESOLV_FILES = ["/run/dnsmasq/resolv.conf", "/etc/resolv.conf"] as const;
/** What packages and editors leave behind is not read. */
const LEFT_BEHIND = /(?:\.dpkg-\w+|~)$|\/[.#][^/]*$/;

interface Option {
  readonly key: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/**
 * Whom Dnsmasq asks: the servers for all names, and those of its resolv-file (dnsmasq(8)). It never begins at the
 * root of the world.
 */
export function readDnsmasq(includes: Includes): Forwarding {
  const main = includes.open(ROOT, []);
  const parts = (includes.open(PARTS, []) ?? []).filter(({ path }) => !LEFT_BEHIND.test(path));
  const options = [...(main ?? []), ...parts].flatMap((file) => optionsOf(file, includes, []));
  const servers = options.filter(({ key }) => key === "server" || key === "local");
  if (main === null && servers.length === 0) return { kind: "absent" };
  const missing = options.find(({ key }) => key === MISSING);
  if (missing !== undefined) return { kind: "unknown", file: missing.value };
  const asked = [...servers.flatMap(serverOf), ...givenServers(options, includes)];
  const needs = asked.flatMap((one) => one ?? []);
  return needs.length === 0 || asked.includes(null)
    ? { kind: "unknown", file: ROOT }
    : { kind: "asks", needs };
}

/** In place of an option: what is included, and cannot be read. */
const MISSING = "missing";

function optionsOf(
  file: ConfigText,
  includes: Includes,
  around: readonly string[],
): readonly Option[] {
  const inside = [...around, file.path];
  return file.text.split("\n").flatMap((raw, index): readonly Option[] => {
    const text = raw.replace(/(^|\s)#.*$/, "").trim();
    const [, key, value = ""] = /^([a-z0-9-]+)\s*(?:=\s*(.*))?$/.exec(text) ?? [];
    if (key === undefined) return [];
    const option = { key, value, file: file.path, line: index + 1 };
    const pattern = includedBy(option);
    if (pattern === null) return [option];
    const files = pattern.startsWith("/") ? includes.open(pattern, inside) : null;
    if (files === null) return [{ ...option, key: MISSING, value: pattern }];
    const [, ...endings] = key === "conf-dir" ? value.split(",") : [];
    return files
      .filter(({ path }) => !LEFT_BEHIND.test(path) && isMeant(path, endings))
      .flatMap((one) => optionsOf(one, includes, inside));
  });
}

function includedBy({ key, value }: Option): string | null {
  switch (key) {
    case "conf-file":
    case "servers-file":
      return value;
    case "conf-dir":
      return `${(value.split(",")[0] ?? "").replace(/\/$/, "")}/*`;
    default:
      return null;
  }
}

/** `conf-dir=/etc/x,*.conf` takes such files only, `conf-dir=/etc/x,.bak` all but such. */
function isMeant(path: string, endings: readonly string[]): boolean {
  const wanted = endings.filter((one) => one.startsWith("*"));
  const isWanted = wanted.length === 0 || wanted.some((one) => path.endsWith(one.slice(1)));
  return isWanted && !endings.some((one) => !one.startsWith("*") && path.endsWith(one));
}

/** `192.0.2.1#5353@eth0`; one for a domain (`/domain/…`) is for few of the names; null: not understood. */
function serverOf({ value, file, line }: Option): readonly (Need | null)[] {
  const [, domains, place = value] = /^\/(.*)\/([^/]*)$/.exec(value) ?? [];
  if (domains !== undefined && !domains.split("/").includes("#")) return [];
  if (place === "") return [];
  const at = addressAndPort(place.replace(/@.*$/, ""), "#");
  return [at === null || LOOPBACK.test(at.host) ? null : resolverNeed(at, file, line)];
}

function givenServers(options: readonly Option[], includes: Includes): readonly (Need | null)[] {
  if (options.some(({ key }) => key === "no-resolv")) return [];
  const named = options.flatMap(({ key, value }) => (key === "resolv-file" ? [value] : []));
  if (named.length > 0)
    return named.flatMap((path) => {
      const files = includes.open(path, []);
      if (files === null) return [null];
      return files.flatMap(nameservers).map((need) => (LOOPBACK.test(need.host) ? null : need));
    });
  for (const path of RESOLV_FILES) {
    const files = includes.open(path, []);
    /* It does not ask itself. */
    if (files !== null)
      return files.flatMap(nameservers).filter(({ host }) => !LOOPBACK.test(host));
  }
  return [];
}
