import { type Range, single } from "../../../base/range.ts";
import type { Statement } from "../../../device/statement.ts";
import { matchMasked, matchRanges, matchValue } from "../build.ts";
import {
  argumentOf,
  defineModule,
  describeModule,
  type GivenModule,
  type GivenOption,
  hasOption,
  type ModuleSpec,
  misplaced,
  opaque,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import { MAX_32, parseMasked, parseUnsigned } from "../values.ts";
import { presence } from "./address.ts";
import { markTest } from "./conntrack.ts";
import { transportGuard } from "./guards.ts";
import { lowerTime } from "./time.ts";
import { lowerSpi } from "./transport.ts";

const LOCAL_CHAINS = new Set(["PREROUTING", "INPUT", "FORWARD"]);

/** owner_mt: packets without a socket match negations only (measured). */
function lowerOwner(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (LOCAL_CHAINS.has(rule.chain))
    misplaced(
      rule,
      given.span,
      `\`-m owner\` cannot be used in ${rule.chain}`,
      "owners are known in OUTPUT and POSTROUTING",
    );
  if (hasOption(given, "suppl-groups")) return [opaque(given, "moment", ["meta skgid"])];
  return given.options.map((option) => {
    const { negated } = option;
    if (option.name === "socket-exists") return presenceOfSocket(negated);
    const id = option.name === "uid-owner" ? "meta skuid" : "meta skgid";
    if (id === "meta skgid" && option.name !== "gid-owner") return opaque(given, "moment");
    const range = parseOwner(option.values[0] ?? "");
    const whenAbsent = negated ? { whenAbsent: "matches" as const } : {};
    if (range !== null) return matchRanges(id, [range], { negated, ...whenAbsent });
    return unknownOwner(id, option, rule);
  });
}

function presenceOfSocket(negated: boolean): Statement {
  return presence("meta skuid", negated);
}

/** Only `root` has the same number everywhere. */
function parseOwner(text: string): Range | null {
  if (text === "root") return single(0n);
  const [low = "", high = low] = text.split("-");
  const from = parseUnsigned(low, MAX_32);
  const to = parseUnsigned(high, MAX_32);
  return from === null || to === null || from > to ? null : { from, to };
}

function unknownOwner(id: string, option: GivenOption, rule: RuleContext): Statement {
  const [name = ""] = option.values;
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*\$?$/.test(name))
    return unreadable(rule, option, "a user or group, by number or name");
  rule.warn(
    "PM2018",
    `\`${name}\` is a name of the device: its number is not known here`,
    option.span,
    "write the number, or take the listing of `iptables-save` on the device",
  );
  const { negated } = option;
  return { kind: "opaqueMatch", unknown: "moment", text: `${id} ${name}`, negated, reads: [id] };
}

/** Names and beginnings of them; numbers of the kernel (PACKET_*). */
const PACKET_TYPES: readonly (readonly [string, bigint])[] = [
  ["unicast", 0n],
  ["host", 0n],
  ["broadcast", 1n],
  ["bcast", 1n],
  ["multicast", 2n],
  ["mcast", 2n],
  ["otherhost", 3n],
  ["outgoing", 4n],
  ["loopback", 5n],
];

function lowerPkttype(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "pkt-type");
  if (option === null) {
    misplaced(rule, given.span, "`-m pkttype` has no `--pkt-type`", "add the type");
    return [];
  }
  const word = (option.values[0] ?? "").toLowerCase();
  const type = PACKET_TYPES.find(([name]) => word !== "" && name.startsWith(word));
  if (type === undefined)
    return [unreadable(rule, option, "`unicast`, `broadcast` or `multicast`")];
  return [matchValue("meta pkttype", type[1], { negated: option.negated })];
}

/** A number, with a mask where the selector has bits. */
function numberModule(ids: Readonly<Record<string, string>>): ModuleSpec["lower"] {
  return (given, rule) => {
    if (given.options.length === 0)
      misplaced(rule, given.span, `\`-m ${given.name}\` asks nothing`, "add its option");
    return given.options.map((option) => {
      const id = ids[option.name];
      const masked = parseMasked(option.values[0] ?? "", MAX_32);
      if (id !== undefined && masked !== null)
        return matchMasked(id, masked.value, masked.mask, { negated: option.negated });
      return opaque({ ...given, options: [option] }, "moment");
    });
  };
}

/** `--dir in --pol none` is what remains where IPsec is not used; elements of a policy are names. */
function lowerPolicy(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const direction = argumentOf(given, "dir");
  const policy = argumentOf(given, "pol");
  if ((direction !== "in" && direction !== "out") || (policy !== "none" && policy !== "ipsec")) {
    misplaced(
      rule,
      given.span,
      "`-m policy` needs `--dir in|out` and `--pol none|ipsec`",
      "complete the match",
    );
    return [{ kind: "notUnderstood", text: describeModule(given) }];
  }
  const asked = matchValue(
    direction === "in" ? "meta ipsec" : "rt ipsec",
    policy === "none" ? 0n : 1n,
  );
  const elements = given.options.filter(({ name }) => name !== "dir" && name !== "pol");
  return elements.length === 0
    ? [asked]
    : [asked, opaque({ ...given, options: elements }, "moment")];
}

function lowerComp(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const option = optionOf(given, "ipcompspi");
  const range = option === null ? null : parseMasked(option.values[0] ?? "", MAX_32);
  if (option === null || range === null) return [opaque(given, "packet")];
  return [
    ...transportGuard(rule, 4),
    matchValue("comp cpi", range.value, { negated: option.negated }),
  ];
}

/** In IPv4 AH is a protocol, in IPv6 an extension header whose fields have no row. */
function lowerAh(given: GivenModule, rule: RuleContext): readonly Statement[] {
  if (rule.family === "ip") return lowerSpi("ah", "ahspi")(given, rule);
  return given.options.length === 0 ? [matchValue("exthdr ah", 1n)] : [opaque(given, "packet")];
}

/** `--restore-skmark` writes as well: the mark of the socket that it finds becomes the packet's (xt_socket). */
function lowerSocket(given: GivenModule): readonly Statement[] {
  const found = opaque(given, "moment");
  if (!hasOption(given, "restore-skmark")) return [found];
  const value = {
    kind: "opaque",
    unknown: "moment",
    text: "mark of the socket",
    width: 32,
  } as const;
  return [found, { kind: "write", target: "meta mark", value, goesOn: true }];
}

function named(unknown: "packet" | "moment" | "stateful"): ModuleSpec["lower"] {
  return (given) => [opaque(given, unknown)];
}

/** The realm of the route that was found. */
const REALM = numberModule({ realm: "meta rtclassid" });

export const META_MATCHES: Readonly<Record<string, ModuleSpec>> = {
  mark: defineModule("!mark=1", (given, rule) => [markTest("meta mark", given, rule)]),
  comment: defineModule("comment=1", () => []),
  owner: defineModule(
    "!uid-owner=1 !gid-owner=1 !socket-exists suppl-groups !pid-owner=1 !sid-owner=1 !cmd-owner=1",
    lowerOwner,
  ),
  pkttype: defineModule("!pkt-type=1", lowerPkttype),
  cpu: defineModule("!cpu=1", numberModule({ cpu: "meta cpu" })),
  realm: defineModule("!realm=1", REALM, "ip"),
  devgroup: defineModule(
    "!src-group=1 !dst-group=1",
    numberModule({ "src-group": "iifgroup", "dst-group": "oifgroup" }),
  ),
  cgroup: defineModule("!path=1 !cgroup=1", numberModule({ cgroup: "meta cgroup" })),
  time: defineModule(
    "datestart=1 datestop=1 timestart=1 timestop=1 !monthdays=1 !weekdays=1 kerneltz localtz utc contiguous",
    lowerTime,
  ),
  policy: defineModule(
    "dir=1 pol=1 strict !reqid=1* !spi=1* !proto=1* !mode=1* !tunnel-src=1* !tunnel-dst=1* next*",
    lowerPolicy,
  ),
  socket: defineModule("transparent nowildcard restore-skmark", lowerSocket),
  osf: defineModule("!genre=1 ttl=1 log=1", named("packet")),
  bpf: defineModule("bytecode=1 object-pinned=1", named("packet")),
  cluster: defineModule(
    "cluster-total-nodes=1 !cluster-local-node=1 !cluster-local-nodemask=1 cluster-hash-seed=1",
    named("packet"),
  ),
  rateest: defineModule(
    "rateest=1 rateest1=1 rateest2=1 rateest-bps1=0 rateest-bps2=0 rateest-pps1=0 rateest-pps2=0 rateest-delta rateest-bps rateest-pps !rateest-eq !rateest-lt !rateest-gt",
    named("stateful"),
  ),
  ipvs: defineModule(
    "!ipvs !vproto=1 !vaddr=1 !vport=1 vdir=1 !vmethod=1 !vportctl=1",
    named("moment"),
  ),
  ipcomp: defineModule("!ipcompspi=1 compres", lowerComp),
  ah: defineModule("!ahspi=1 !ahlen=1 ahres", lowerAh),
  /** An account with a quota matches beyond it alone (nfacct_mt), and no ruleset says which has one. */
  nfacct: defineModule("nfacct-name=1", named("stateful")),
  srh: defineModule(
    "!srh-next-hdr=1 !srh-hdr-len-eq=1 !srh-hdr-len-gt=1 !srh-hdr-len-lt=1 !srh-segs-left-eq=1 !srh-segs-left-gt=1 !srh-segs-left-lt=1 !srh-last-entry-eq=1 !srh-last-entry-gt=1 !srh-last-entry-lt=1 !srh-tag=1 !srh-psid=1 !srh-nsid=1 !srh-lsid=1",
    named("packet"),
    "ip6",
  ),
};
