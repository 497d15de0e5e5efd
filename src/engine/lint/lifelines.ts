import type { IpFamily } from "../packet/packet.ts";
import { PROTOCOL } from "../packet/selectors/index.ts";
import { type LintContext, ownChains } from "./context.ts";
import {
  familiesSeen,
  type HookChain,
  keepsOut,
  letsThrough,
  type PacketKind,
} from "./hookChains.ts";
import type { LintDiagnostic } from "./model.ts";

/*
 * What a host needs though nobody asks for it: answers, errors of ICMP, neighbour discovery, its own loopback. A chain
 * is blamed only where it keeps strangers out and lets none of those packets through.
 */

/** Something that must come through. */
interface Lifeline {
  readonly code: string;
  readonly families: readonly IpFamily[];
  readonly hooks: readonly ("input" | "forward")[];
  readonly kinds: (family: IpFamily) => readonly PacketKind[];
  readonly message: (chain: string, family: IpFamily, hook: string) => string;
  readonly help: (family: IpFamily) => string;
}

const BOTH: readonly IpFamily[] = ["ip", "ip6"];

/** Types and codes of RFC 792 (fragmentation needed), RFC 4443 (packet too big) and RFC 4861. */
const TOO_BIG: Readonly<Record<IpFamily, { readonly type: number; readonly code: number }>> = {
  ip: { type: 3, code: 4 },
  ip6: { type: 2, code: 0 },
};
const NEIGHBOURS = [135, 136] as const;

const LIFELINES: readonly Lifeline[] = [
  {
    code: "PM6008",
    families: BOTH,
    hooks: ["input", "forward"],
    kinds: (family) => [
      {
        family,
        protocol: PROTOCOL.tcp,
        state: "established",
        isReply: true,
        isLoopback: false,
      },
    ],
    message: (chain, _family, hook) =>
      `\`${chain}\` lets no answers through: connections ${hook === "input" ? "that this host opens" : "through this host"} hang`,
    help: () => "accept `ct state established,related` first",
  },
  {
    code: "PM6015",
    families: BOTH,
    hooks: ["input", "forward"],
    kinds: (family) => [
      {
        family,
        protocol: family === "ip" ? PROTOCOL.icmp : PROTOCOL.icmpv6,
        state: "related",
        isLoopback: false,
        ...TOO_BIG[family],
      },
    ],
    message: (chain, family) =>
      `\`${chain}\` drops \`${family === "ip" ? "fragmentation needed" : "packet too big"}\`: large transfers over narrower links hang`,
    help: (family) =>
      family === "ip"
        ? "accept `ct state related`, or `icmp type destination-unreachable`"
        : "accept `ct state related`, or `icmpv6 type packet-too-big`",
  },
  {
    code: "PM6016",
    families: ["ip6"],
    hooks: ["input"],
    kinds: (family) =>
      NEIGHBOURS.map((type) => ({
        family,
        protocol: PROTOCOL.icmpv6,
        state: "untracked",
        type,
        code: 0,
        isLoopback: false,
      })),
    message: (chain) =>
      `\`${chain}\` drops neighbour discovery: IPv6 stops when the neighbours' addresses are forgotten`,
    help: () =>
      "accept `icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert }`: tracking never calls them established",
  },
  {
    code: "PM6017",
    families: BOTH,
    hooks: ["input"],
    kinds: (family) => [
      {
        family,
        protocol: PROTOCOL.tcp,
        state: "new",
        sourcePort: 40_000,
        destinationPort: 47_111,
        isLoopback: true,
      },
    ],
    message: (chain) =>
      `\`${chain}\` drops what comes by \`lo\`: programs of this host cannot talk to each other`,
    help: () => 'accept `iifname "lo"` first',
  },
];

/** What the chains of a device cut that it lives on. */
export function lifelineFindings(context: LintContext): readonly LintDiagnostic[] {
  return LIFELINES.flatMap((lifeline) =>
    lifeline.hooks.flatMap((hook) =>
      ownChains(context, hook).flatMap((chain) => cutBy(chain, lifeline, hook)),
    ),
  );
}

/** One finding for a chain, in the first family that is cut. */
function cutBy(chain: HookChain, lifeline: Lifeline, hook: string): readonly LintDiagnostic[] {
  const family = familiesSeen(chain).find(
    (one) =>
      lifeline.families.includes(one) &&
      keepsOut(chain, one) &&
      isUsed(chain, one) &&
      lifeline.kinds(one).some((kind) => !letsThrough(chain, kind)),
  );
  if (family === undefined) return [];
  const { base, chain: inner } = { base: chain.base.place.hooked.base, chain: chain.base.chain };
  return [
    {
      code: lifeline.code,
      severity: "warning",
      message: lifeline.message(inner.name, family, hook),
      span: base.policySpan,
      related: [],
      help: lifeline.help(family),
      fix: null,
    },
  ];
}

/** Whether the chain lets anything of the family through by other interfaces than `lo`. */
function isUsed(chain: HookChain, family: IpFamily): boolean {
  const kinds: readonly PacketKind[] = [PROTOCOL.tcp, PROTOCOL.udp].map((protocol) => ({
    family,
    protocol,
    state: "new",
    isLoopback: false,
  }));
  return kinds.some((kind) => letsThrough(chain, kind));
}
