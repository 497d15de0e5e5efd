import { isIP } from "node:net";
import type { MonitorFlow } from "../../inventory/monitors.ts";
import { hostsOfDirectory, hostsOfUri } from "../../inventory/needs/connection.ts";
import {
  DEFAULT_PORTS,
  LOOPBACK,
  type Need,
  type NeedKind,
  type UnknownNeed,
} from "../../inventory/needs/model.ts";
import type { Driver, Trouble } from "./events.ts";

/** A host whose log is read: what it needs, by its own configuration, and from where it goes. */
export interface LogHost {
  readonly device: string;
  /** Addresses of the host; empty: the name of the device stands for them. */
  readonly addresses: readonly string[];
  readonly needs: readonly Need[];
  /** What it needs besides, and nobody knows where it leads. */
  readonly unknown: readonly UnknownNeed[];
  /** Addresses that names of the configuration have there. */
  readonly resolved: ReadonlyMap<string, readonly string[]>;
  /** The address that the host goes to a target with; null: it has not said so. */
  readonly sourceOf: (target: string) => string | null;
}

/**
 * The connections that a trouble speaks of; empty: nobody knows them. The tie comes from the line first, then from
 * the host's configuration: a line that speaks of a table speaks of the server that the file of the table names.
 * What was not understood leads nowhere, since another server in its place would be blamed instead.
 */
export function flowsOf(trouble: Trouble, host: LogHost): readonly MonitorFlow[] {
  switch (trouble.kind) {
    case "database":
      return databaseFlows(trouble, host);
    case "names":
      return known(host, ["resolver"]).flatMap((need) =>
        LOOPBACK.test(need.host) ? toTheWorld(need, host) : flowsTo([need], host),
      );
    case "login":
      if (trouble.at !== null) return namedFlows(trouble.at, ofKinds(host, ["login"]), null, host);
      return flowsTo(known(host, ["login", "database"], isOfLogin), host);
    case "delivery":
      return flowsTo(known(host, ["database"], isOfLogin), host);
    case "filter":
      return trouble.at === null
        ? flowsTo(known(host, [trouble.filter]), host)
        : namedFlows(trouble.at, ofKinds(host, [trouble.filter]), null, host);
    case "peer": {
      const { address, port } = trouble.peer;
      return address === null ? [] : fromHost(host, address, [`tcp/${port}`]);
    }
    case "other":
      return [];
  }
}

type Meant = Pick<Need, "program" | "kind" | "name">;

/** Who checks logins, and delivers: Dovecot asks its own databases for it. */
function isOfLogin({ program, kind }: Meant): boolean {
  return kind === "login" || program === "dovecot";
}

function ofKinds({ needs }: LogHost, kinds: readonly NeedKind[]): readonly Need[] {
  return needs.filter(({ kind }) => kinds.includes(kind));
}

/** All that may be meant; none where one of them is not known, which may be the one. */
function known(
  host: LogHost,
  kinds: readonly NeedKind[],
  isMeant: (one: Meant) => boolean = () => true,
): readonly Need[] {
  const isWanted = (one: Meant) => kinds.includes(one.kind) && isMeant(one);
  return host.unknown.some(isWanted) ? [] : host.needs.filter(isWanted);
}

function databaseFlows(
  { program, table, drivers, hosts }: Extract<Trouble, { kind: "database" }>,
  host: LogHost,
): readonly MonitorFlow[] {
  const isMeant = (one: Meant) =>
    one.program === program &&
    (drivers.length === 0 || one.name === "" || drivers.some((driver) => isOf(one.name, driver)));
  if (hosts.length > 0) {
    const needs = ofKinds(host, ["database", "dictionary"]).filter(isMeant);
    return hosts.flatMap((named) => namedFlows(named, needs, drivers[0] ?? null, host));
  }
  if (table === null) return flowsTo(known(host, ["database"], isMeant), host);
  return flowsTo(
    known(host, ["database"], ({ name }) => name === table),
    host,
  );
}

/** `pgsql:/etc/postfix/users.cf` and `pgsql` are of `pgsql`. */
function isOf(name: string, driver: Driver): boolean {
  return name === driver || name.startsWith(`${driver}:`);
}

interface Named {
  readonly host: string;
  /** Null: the line does not say it. */
  readonly port: number | null;
}

/**
 * A server that the line itself names. An address is asked on the port of the line, of the needs that lead there, of
 * others of its kind, or its own kind's; a name leads where the configuration's own does, or nowhere.
 */
function namedFlows(
  text: string,
  needs: readonly Need[],
  driver: Driver | null,
  host: LogHost,
): readonly MonitorFlow[] {
  return readNamed(text).flatMap((named) => {
    const meant = needs.filter((need) => isHost(need, named.host, host));
    if (isIP(named.host) === 0)
      return flowsTo(
        meant.filter(({ port }) => named.port === null || port === named.port),
        host,
      );
    const ports = named.port === null ? portsOf(meant, needs, driver) : [named.port];
    return fromHost(
      host,
      named.host,
      ports.map((port) => `tcp/${port}`),
    );
  });
}

function portsOf(
  meant: readonly Need[],
  needs: readonly Need[],
  driver: Driver | null,
): readonly number[] {
  const found = new Set((meant.length > 0 ? meant : needs).map(({ port }) => port));
  if (found.size > 0) return [...found];
  return driver === null ? [] : [DEFAULT_PORTS[driver]];
}

/** As programs write servers: `10.0.0.1`, `db:5433`, `[2001:db8::1]:25`, `inet:10.0.0.9:8891`, and addresses of URLs. */
function readNamed(text: string): readonly Named[] {
  if (/^postgres(?:ql)?:/.test(text)) return hostsOfUri(text) ?? [];
  if (/^ldaps?:/.test(text)) return hostsOfDirectory(text) ?? [];
  const bare = text.replace(/^inet6?:/, "");
  if (isIP(bare) !== 0) return [{ host: bare, port: null }];
  const [, six, plain, port] = /^(?:\[([^\]]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(bare) ?? [];
  const host = six ?? plain;
  return host === undefined ? [] : [{ host, port: port === undefined ? null : Number(port) }];
}

function isHost({ host }: Need, named: string, { resolved }: LogHost): boolean {
  return host === named || (resolved.get(host) ?? []).includes(named);
}

function flowsTo(needs: readonly Need[], host: LogHost): readonly MonitorFlow[] {
  return needs.flatMap((need) => {
    const services = need.protocols.map((protocol) => `${protocol}/${need.port}`);
    const targets = host.resolved.get(need.host) ?? [need.host];
    return targets.flatMap((to) => fromHost(host, to, services));
  });
}

/** `a.root-servers.net` (IANA's root hints) stands for all the world's name servers; it is sent nothing. */
export const ROOT_SERVERS = ["198.41.0.4", "2001:503:ba3e::2:30"] as const;

/** A resolver of the host itself that asks the servers of the world begins at the root. */
function toTheWorld({ protocols, port }: Need, host: LogHost): readonly MonitorFlow[] {
  const services = protocols.map((protocol) => `${protocol}/${port}`);
  const known = ROOT_SERVERS.filter((root) => host.sourceOf(root) !== null);
  const asked = known.length > 0 ? known : ROOT_SERVERS.slice(0, 1);
  return asked.flatMap((root) => fromHost(host, root, services));
}

/** What stays within the host passes no firewall between. */
function fromHost(
  { device, addresses, sourceOf }: LogHost,
  to: string,
  services: readonly string[],
): readonly MonitorFlow[] {
  if (LOOPBACK.test(to)) return [];
  const source = sourceOf(to);
  if (source !== null) return services.map((service) => ({ from: source, to, service }));
  const isSix = to.includes(":");
  const own = addresses.filter((address) => address.includes(":") === isSix);
  return (own.length > 0 ? own : [device]).flatMap((from) =>
    services.map((service) => ({ from, to, service })),
  );
}
