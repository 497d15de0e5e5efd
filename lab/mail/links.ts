import type { MailLab } from "./folder.ts";
import {
  ALL_ROLES,
  gatewayOf,
  HOST_INTERFACE,
  type HostRole,
  type LabPlan,
  MANAGED_ROLES,
  managementAddress,
  namespaceOf,
  type ZoneName,
} from "./plan.ts";
import { inside, run } from "./processes.ts";

/** Where each host stands; the firewall stands between all zones. */
const HOST_ZONES = {
  client: "users",
  balancer: "dmz",
  mailOne: "dmz",
  mailTwo: "dmz",
  database: "data",
  resolver: "internet",
  remote: "internet",
} as const satisfies Partial<Record<HostRole, ZoneName>>;

type PlacedRole = keyof typeof HOST_ZONES;
const PLACED_ROLES = [
  "client",
  "balancer",
  "mailOne",
  "mailTwo",
  "database",
  "resolver",
  "remote",
] as const satisfies readonly PlacedRole[];

/** The bridge of a namespace that is a switch. */
const SWITCH_BRIDGE = "switch";
/** The far end of the firewall's cable to the internet. */
const UPLINK = "uplink";

/** The other end of a host's cable: a port of a bridge where several hosts share a zone. */
export function portOf({ hosts, zones }: LabPlan, role: PlacedRole): string {
  const zone = HOST_ZONES[role];
  return zone === "dmz" || zone === "internet" ? `p-${hosts[role]}` : zones[zone].interface;
}

/** Whose end that is: of the internet the firewall has the link, and hosts stand behind it. */
function peerOf(role: PlacedRole): HostRole {
  return HOST_ZONES[role] === "internet" ? "internet" : "firewall";
}

function rolesIn(zone: ZoneName): readonly PlacedRole[] {
  return PLACED_ROLES.filter((role) => HOST_ZONES[role] === zone);
}

/** Makes the namespaces. Fails where one of them is there already. */
export async function makeNamespaces({ plan }: MailLab): Promise<void> {
  await run(
    ["ip", "-batch", "-"],
    ALL_ROLES.map((role) => `netns add ${namespaceOf(plan, role)}\n`).join(""),
  );
}

/** Joins the namespaces by cables, and gives each host its addresses. */
export async function makeLinks(lab: MailLab): Promise<void> {
  const { plan } = lab;
  await Promise.all(ALL_ROLES.map((role) => setSysctls(lab, role)));
  await run(
    ["ip", "-batch", "-"],
    cables(plan)
      .map((line) => `${line}\n`)
      .join(""),
  );
  await Promise.all(
    ALL_ROLES.map((role) =>
      run(
        ["ip", "-n", namespaceOf(plan, role), "-batch", "-"],
        setUp(plan, role)
          .map((line) => `${line}\n`)
          .join(""),
      ),
    ),
  );
}

/** Set before there are interfaces, which take them over. */
async function setSysctls(lab: MailLab, role: HostRole): Promise<void> {
  const settings: Record<string, string> = {
    "net/ipv6/conf/all/disable_ipv6": "1",
    "net/ipv6/conf/default/disable_ipv6": "1",
    "net/ipv4/conf/all/rp_filter": "0",
    "net/ipv4/conf/default/rp_filter": "0",
  };
  if (role === "firewall") settings["net/ipv4/ip_forward"] = "1";
  const lines = Object.entries(settings).map(([name, value]) => `echo ${value} >/proc/sys/${name}`);
  /* Where br_netfilter is there, frames between hosts of one zone pass the forward chain as well. */
  if (role === "firewall" || role === "internet" || role === "management")
    lines.push(
      "for one in /proc/sys/net/bridge/bridge-nf-call-*tables; do [ ! -e $one ] || echo 0 >$one; done",
    );
  await inside(lab, role, ["sh", "-ec", lines.join("\n")]);
}

function cables(plan: LabPlan): readonly string[] {
  const cable = (one: HostRole, oneName: string, other: HostRole, otherName: string) =>
    `link add ${oneName} netns ${namespaceOf(plan, one)} type veth peer name ${otherName} netns ${namespaceOf(plan, other)}`;
  return [
    ...PLACED_ROLES.map((role) => cable(peerOf(role), portOf(plan, role), role, HOST_INTERFACE)),
    cable("firewall", plan.zones.internet.interface, "internet", UPLINK),
    ...MANAGED_ROLES.map((role) =>
      cable(role, plan.management.interface, "management", `p-${plan.hosts[role]}`),
    ),
  ];
}

/** Commands of iproute2 in the namespace of a host. */
function setUp(plan: LabPlan, role: HostRole): readonly string[] {
  return [
    "link set lo up",
    ...ownSetUp(plan, role),
    ...MANAGED_ROLES.filter((one) => one === role).flatMap((one) => [
      `link set ${plan.management.interface} up`,
      `address add ${managementAddress(plan, one)}/24 dev ${plan.management.interface}`,
    ]),
  ];
}

function ownSetUp(plan: LabPlan, role: HostRole): readonly string[] {
  if (role === "firewall") return firewallSetUp(plan);
  if (role === "management")
    return bridge(
      SWITCH_BRIDGE,
      MANAGED_ROLES.map((one) => `p-${plan.hosts[one]}`),
    );
  if (role === "internet") {
    const ports = rolesIn("internet").map((one) => portOf(plan, one));
    return bridge(SWITCH_BRIDGE, [UPLINK, ...ports]);
  }
  if (role === "ops" || role === "tickets") return [];
  return [
    `link set ${HOST_INTERFACE} up`,
    `address add ${plan.addresses[role]}/24 dev ${HOST_INTERFACE}`,
    /* Who is outside knows no way into the network but the firewall's public address. */
    ...(HOST_ZONES[role] === "internet"
      ? []
      : [`route add default via ${gatewayOf(plan, HOST_ZONES[role])}`]),
  ];
}

function firewallSetUp(plan: LabPlan): readonly string[] {
  const zones = (["users", "dmz", "data", "internet"] as const).flatMap((zone) => [
    `link set ${plan.zones[zone].interface} up`,
    `address add ${gatewayOf(plan, zone)}/24 dev ${plan.zones[zone].interface}`,
  ]);
  return [
    ...bridge(
      plan.zones.dmz.interface,
      rolesIn("dmz").map((role) => portOf(plan, role)),
    ),
    ...zones,
  ];
}

function bridge(name: string, ports: readonly string[]): readonly string[] {
  return [
    `link add ${name} type bridge`,
    `link set ${name} up`,
    ...ports.flatMap((port) => [`link set ${port} master ${name}`, `link set ${port} up`]),
  ];
}
