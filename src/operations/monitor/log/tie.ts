import type { MonitorFlow } from "../../inventory/monitors.ts";
import type { Need } from "../../inventory/needs/model.ts";
import type { Trouble } from "./events.ts";

/** A host whose log is read: what it needs, by its own configuration, and from where it goes. */
export interface LogHost {
  readonly device: string;
  /** Addresses of the host; empty: the name of the device stands for them. */
  readonly addresses: readonly string[];
  readonly needs: readonly Need[];
  /** Addresses that names of the configuration have there. */
  readonly resolved: ReadonlyMap<string, readonly string[]>;
  /** The address that the host goes to a target with; null: it has not said so. */
  readonly sourceOf: (target: string) => string | null;
}

/**
 * The connections that a trouble speaks of. The tie comes from the host's configuration: a line that
 * speaks of a table speaks of the server that the file of the table names.
 */
export function flowsOf(trouble: Trouble, host: LogHost): readonly MonitorFlow[] {
  switch (trouble.kind) {
    case "database": {
      const needs = databasesOf(trouble, host.needs);
      const named = needs.filter((need) => isHost(need, trouble.host, host));
      return flowsTo(named.length > 0 ? named : needs, host);
    }
    case "names":
      return ofKind(host.needs, "resolver").flatMap((need) =>
        LOOPBACK.test(need.host) ? toTheWorld(need, host) : flowsTo([need], host),
      );
    case "login":
    case "delivery": {
      const own = ofKind(host.needs, trouble.kind);
      const users = host.needs.filter(
        ({ kind, program }) => kind === "database" && program === "dovecot",
      );
      return flowsTo([...own, ...users], host);
    }
    case "peer": {
      const { address, port } = trouble.peer;
      return address === null ? [] : fromHost(host, address, [`tcp/${port}`]);
    }
    case "other":
      return [];
  }
}

function ofKind(needs: readonly Need[], kind: Need["kind"]): readonly Need[] {
  return needs.filter((need) => need.kind === kind);
}

function databasesOf(
  { program, table }: Extract<Trouble, { kind: "database" }>,
  needs: readonly Need[],
): readonly Need[] {
  const own = needs.filter((need) => need.kind === "database" && need.program === program);
  const ofTable = own.filter(({ name }) => name === table);
  return ofTable.length > 0 ? ofTable : own;
}

/** The log writes hosts as the configuration does, some programs with the port. */
function isHost({ host }: Need, named: string | null, { resolved }: LogHost): boolean {
  if (named === null) return false;
  const bare = named.replace(/^\[([^\]]+)\].*$/, "$1").replace(/^([\w.-]+):\d+$/, "$1");
  return host === bare || (resolved.get(host) ?? []).includes(bare);
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

/** A resolver of the host itself, of which nobody knows whom it asks, begins at the root. */
function toTheWorld({ protocols, port }: Need, host: LogHost): readonly MonitorFlow[] {
  const services = protocols.map((protocol) => `${protocol}/${port}`);
  const known = ROOT_SERVERS.filter((root) => host.sourceOf(root) !== null);
  const asked = known.length > 0 ? known : ROOT_SERVERS.slice(0, 1);
  return asked.flatMap((root) => fromHost(host, root, services));
}

const LOOPBACK = /^(?:127\.|::1$|localhost$)/;

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
