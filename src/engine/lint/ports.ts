import type { Range } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import type { World } from "../compile/index.ts";
import type { Rule } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import type { IpFamily } from "../packet/packet.ts";
import { PROTOCOL } from "../packet/selectors/index.ts";
import type { RuleNode } from "./chainGraph.ts";
import { type LintContext, ownChains } from "./context.ts";
import {
  comes,
  familiesSeen,
  type HookChain,
  keepsOut,
  packetsOfKind,
  passesAny,
} from "./hookChains.ts";
import type { LintDiagnostic } from "./model.ts";
import { verdictWord } from "./ruleWords.ts";

/** What rules about ports leave out: answers to this host, and the other family. */
export function portFindings(context: LintContext): readonly LintDiagnostic[] {
  return [
    ...(["input", "forward"] as const).flatMap((hook) =>
      ownChains(context, hook).flatMap(dropsBeforeEstablished),
    ),
    ...openForOne(ownChains(context, "input")),
  ];
}

type Match = Extract<Statement, { readonly kind: "match" }>;

function matchesOf({ statements }: Rule): readonly Match[] {
  return statements.filter((one): one is Match => one.kind === "match");
}

/** What is asked, masked or not (`ct state established,related` is). */
function selectorOf({ left }: Match): string {
  const asked = left.kind === "binary" ? left.left : left;
  return asked.kind === "selector" ? asked.id : "";
}

/** Nothing but what says little about a connection: answers to any host can have it. */
const PORTS_ALONE =
  /^(meta l4proto|meta nfproto|iif|iifname|oif|oifname|(tcp|udp|th) (dport|sport))$/;
const PORT = /^(tcp|udp|th) (dport|sport)$/;

function dropsBeforeEstablished({ base }: HookChain): readonly LintDiagnostic[] {
  const { world } = base.place;
  const place = base.rules.findIndex((one) => acceptsEstablished(world, one));
  const established = base.rules[place];
  if (established === undefined) return [];
  return base.rules.slice(0, place).flatMap((one): readonly LintDiagnostic[] => {
    const { rule } = one;
    const ids = matchesOf(rule).map(selectorOf);
    const isPlain = ids.every((id) => PORTS_ALONE.test(id)) && ids.some((id) => PORT.test(id));
    if (!isPlain || !/^(drop|reject)$/.test(verdictWord(rule) ?? "")) return [];
    if (rule.statements.some(({ kind }) => !/^(match|harmless|verdict|reject)$/.test(kind)))
      return [];
    if (!comes(base, one, world.arena.and(one.met, answers(world)))) return [];
    return [
      {
        code: "PM6009",
        severity: "note",
        message:
          "this rule also drops answers to connections that are open already: it stands in front of the rule for established ones",
        span: rule.span,
        related: [{ message: "established connections", span: established.rule.span }],
        help: "move the rule for established connections to the front",
        fix: null,
      },
    ];
  });
}

function acceptsEstablished(world: World, { rule, run }: RuleNode): boolean {
  const ids = matchesOf(rule).map(selectorOf);
  if (verdictWord(rule) !== "accept" || ids.length === 0) return false;
  if (ids.some((id) => id !== "ct state")) return false;
  return run.exits.some(({ packets }) => world.arena.and(packets, answers(world)) !== FALSE);
}

/** Answers by TCP and UDP to what this host has asked. */
function answers(world: World): Node {
  return (["ip", "ip6"] as const)
    .flatMap((family) =>
      [PROTOCOL.tcp, PROTOCOL.udp].map((protocol) =>
        packetsOfKind(world, { family, protocol, state: "established", isReply: true }),
      ),
    )
    .reduce((all, one) => world.arena.or(all, one));
}

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

/** Services that are open to everybody by IPv4, and by IPv6 to nobody. */
function openForOne(chains: readonly HookChain[]): readonly LintDiagnostic[] {
  const bySix = chains.filter((chain) => familiesSeen(chain).includes("ip6"));
  if (!bySix.some((chain) => keepsOut(chain, "ip6") && isUsed(chain))) return [];
  return chains
    .filter((chain) => familiesSeen(chain).includes("ip"))
    .flatMap(({ base, nodes }) =>
      nodes.flatMap((node) =>
        node.rules.flatMap(({ rule, run }): readonly LintDiagnostic[] => {
          const service = serviceOf(rule);
          if (service === null || verdictWord(rule) !== "accept") return [];
          const { world } = base.place;
          const { arena } = world;
          const packets = (family: IpFamily) => toService(world, family, service);
          const [four = FALSE, six = FALSE] = FAMILIES.map(packets);
          const takes = (some: Node) =>
            run.exits.some((exit) => arena.and(exit.packets, some) !== FALSE);
          if (!takes(four) || takes(six)) return [];
          if (bySix.every((chain) => passesAny(chain, six))) return [];
          return [tellOpenForOne(rule)];
        }),
      ),
    );
}

/** Whether strangers get anything through by IPv6: where nothing is open, nothing is missing. */
function isUsed(chain: HookChain): boolean {
  const { world } = chain.base.place;
  const kind = { family: "ip6", protocol: PROTOCOL.tcp, state: "new", isLoopback: false } as const;
  return passesAny(chain, packetsOfKind(world, kind));
}

interface Service {
  readonly protocol: number;
  readonly ports: readonly Range[];
}

const SERVICE_WORDS = /^(meta l4proto|meta nfproto|iif|iifname|ct state|(tcp|udp) dport)$/;

/** The ports that a rule opens to everybody; null: it asks for more, or for something else. */
function serviceOf(rule: Rule): Service | null {
  const matches = matchesOf(rule);
  if (matches.some((match) => !SERVICE_WORDS.test(selectorOf(match)))) return null;
  const port = matches.find((match) => /dport$/.test(selectorOf(match)));
  if (port === undefined || port.test.negated) return null;
  const protocol = selectorOf(port).startsWith("tcp") ? PROTOCOL.tcp : PROTOCOL.udp;
  if (port.test.kind === "ranges") return { protocol, ports: port.test.ranges };
  if (port.test.set.kind !== "anonymous") return null;
  return { protocol, ports: port.test.set.elements.flatMap(({ key }) => key) };
}

function toService(world: World, family: IpFamily, { protocol, ports }: Service): Node {
  const { arena, layout } = world;
  const kind = packetsOfKind(world, { family, protocol, state: "new", isLoopback: false });
  const sorted = ports.toSorted((a, b) => (a.from < b.from ? -1 : 1));
  return arena.and(kind, rangesOver(arena, layout.bits("transport", 16, 16), sorted));
}

function tellOpenForOne({ span }: Rule): LintDiagnostic {
  return {
    code: "PM6014",
    severity: "note",
    message: "this service is open by IPv4, and nobody gets through to it by IPv6",
    span,
    related: [],
    help: "open it by IPv6 too, unless it has no address of IPv6",
    fix: null,
  };
}
