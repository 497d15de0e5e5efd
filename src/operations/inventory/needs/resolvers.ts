import { type Includes, openIncludes } from "./includes.ts";
import { type ConfigReader, DEFAULT_PORTS, type Found, LOOPBACK, type Need } from "./model.ts";
import { readBind } from "./resolvers/bind.ts";
import { readDnsmasq } from "./resolvers/dnsmasq.ts";
import { type Forwarding, resolverNeed } from "./resolvers/model.ts";
import { nameservers } from "./resolvers/resolvConf.ts";
import { readUnbound } from "./resolvers/unbound.ts";

const RESOLVERS = "/etc/resolv.conf";
/** Where systemd-resolved keeps those that it asks itself (systemd-resolved.service(8)). */
const UPLINKS = "/run/systemd/resolve/resolv.conf";
/** Its own addresses. */
const SYSTEMD = /^127\.0\.0\.5[34]$/;
const ITSELF = { host: "127.0.0.1", port: DEFAULT_PORTS.dns };
/** The library asks no more than these (resolv.conf(5)). */
const MAXIMUM_ASKED = 3;

/**
 * Who answers a host's questions for names: the `nameserver` lines of resolv.conf. A resolver of the host itself
 * asks others: those that its configuration names, or all the world's, and then it stands for them. Where its
 * configuration was not understood, nobody knows.
 */
export function readResolvers(reader: ConfigReader): Found {
  const file = reader.read(RESOLVERS);
  if (file === null) return unknown(RESOLVERS);
  const written = nameservers(file).slice(0, MAXIMUM_ASKED);
  /* Without a line, the host itself is asked (resolv.conf(5)). */
  const named = written.length > 0 ? written : [resolverNeed(ITSELF, RESOLVERS, 1)];
  const own = named.filter(({ host }) => LOOPBACK.test(host));
  const others = named.filter(({ host }) => !LOOPBACK.test(host));
  if (own.length === 0) return { needs: others, unknown: [] };
  const asked = askedBy(own, openIncludes(reader, "optional"));
  switch (asked.kind) {
    case "asks":
      return { needs: [...others, ...asked.needs], unknown: [] };
    case "recurses":
      return { needs: [...others, ...own], unknown: [] };
    case "absent":
      return { ...unknown(RESOLVERS), needs: others };
    case "unknown":
      return { ...unknown(asked.file), needs: others };
  }
}

function unknown(file: string): Found {
  return { needs: [], unknown: [{ program: "system", kind: "resolver", name: "", file }] };
}

/** Of several that are configured nobody knows which one listens. */
function askedBy(own: readonly Need[], includes: Includes): Forwarding {
  if (own.some(({ host }) => SYSTEMD.test(host))) return readUplinks(includes);
  const all = [readUnbound(includes), readDnsmasq(includes), readBind(includes)];
  const there = all.filter(({ kind }) => kind !== "absent");
  const [only, another] = there;
  if (only === undefined) return { kind: "absent" };
  return another === undefined ? only : { kind: "unknown", file: RESOLVERS };
}

function readUplinks(includes: Includes): Forwarding {
  const found = (includes.open(UPLINKS, []) ?? []).flatMap(nameservers);
  return found.length === 0 || found.some(({ host }) => LOOPBACK.test(host))
    ? { kind: "unknown", file: UPLINKS }
    : { kind: "asks", needs: found };
}
