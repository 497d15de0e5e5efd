/**
 * What surrounds the ruleset on a device and decides with it: interfaces, addresses, routes, policy
 * rules and sysctls. Everything is optional knowledge: what is not given is unknown, not absent.
 */
export interface Host {
  readonly interfaces: readonly HostInterface[];
  readonly routes: readonly Route[];
  readonly rules: readonly RoutingRule[];
  readonly sysctls: ReadonlyMap<string, string>;
  /** Every address of the device with its interface; null where nothing is known about them. */
  readonly addresses: readonly HostAddress[] | null;
  /** MAC of senders that a packet does not name; left out: any. */
  readonly ordinarySender?: bigint;
}

export interface HostInterface {
  readonly name: string;
  readonly index: number;
  /** Of its device group; 0 where none was set. */
  readonly group: number;
  readonly mtu: number;
  /** Null: no Ethernet header (TUN), so link layer fields are absent. */
  readonly mac: bigint | null;
  /** The bridge that it is a port of. */
  readonly bridge: string | null;
}

export interface HostAddress {
  readonly family: "ip" | "ip6";
  readonly address: bigint;
  readonly prefix: number;
  readonly interface: string;
}

export interface Route {
  readonly family: "ip" | "ip6";
  readonly destination: bigint;
  readonly prefix: number;
  readonly kind: "unicast" | "blackhole" | "prohibit" | "unreachable" | "local";
  readonly interface: string | null;
  readonly gateway: bigint | null;
  readonly preferredSource: bigint | null;
  readonly metric: number;
  readonly table: number;
}

export interface RoutingRule {
  readonly family: "ip" | "ip6";
  readonly priority: number;
  readonly mark: { readonly value: bigint; readonly mask: bigint } | null;
  readonly source: { readonly address: bigint; readonly prefix: number } | null;
  readonly interface: string | null;
  readonly table: number;
}
