import { type Arena, FALSE, type Node } from "../bdd/index.ts";
import type { World } from "../compile/index.ts";
import type { Rule, Table } from "../device/device.ts";
import type { NatStatement } from "../device/statement.ts";
import type { HeaderLayout, Space } from "../packet/header/layout.ts";
import type { IpFamily } from "../packet/packet.ts";
import { type LintContext, ownChains } from "./context.ts";
import { allEnd, type MeetTrees } from "./follow.ts";
import { generatorOf } from "./generated.ts";
import { familiesSeen, type HookChain, newPackets } from "./hookChains.ts";
import type { LintDiagnostic } from "./model.ts";
import { verdictWord } from "./ruleWords.ts";

/** A rule that sends packets elsewhere, with those that it is for. */
interface Sender {
  readonly rule: Rule;
  readonly table: Table;
  readonly generator: string | null;
  readonly nat: NatStatement;
  readonly world: World;
  readonly packets: Node;
}

/** What becomes of packets whose destination is translated, and of rules that wait for them in vain. */
export function translationFindings(context: LintContext): readonly LintDiagnostic[] {
  const senders = sendersOf(context);
  return [...lostBehind(context, senders), ...wonOver(context, senders)];
}

function sendersOf({ graphs }: LintContext): readonly Sender[] {
  return graphs.runs.flatMap(({ place, visits }) => {
    const { hooked, world } = place;
    const isHere = hooked.base.type === "nat" && hooked.base.hook === "prerouting";
    if (!isHere || world.place.pass !== "") return [];
    return visits.flatMap(({ rule, frame, run }): readonly Sender[] => {
      const nat = rule.statements.find(
        (one): one is NatStatement => one.kind === "nat" && one.type === "dnat",
      );
      if (nat === undefined) return [];
      const fresh = newPackets(world);
      const packets = run.exits.reduce<Node>(
        (all, exit) => world.arena.or(all, world.arena.and(exit.packets, fresh)),
        FALSE,
      );
      const generator = generatorOf(hooked.table, frame.chain);
      return packets === FALSE
        ? []
        : [{ rule, table: hooked.table, generator, nat, world, packets }];
    });
  });
}

/** Translations whose packets a forward chain drops in any case. */
function lostBehind(context: LintContext, senders: readonly Sender[]): readonly LintDiagnostic[] {
  const trees: MeetTrees = new Map();
  const chains = ownChains(context, "forward");
  const inputs = ownChains(context, "input");
  return senders
    .filter(({ generator }) => generator === null)
    .flatMap((sender) => {
      const by = chains.find((chain) => isLost(sender, chain, trees));
      /* To an address of its own, which rules do not show, packets go to the input chain. */
      const isOwn = inputs.length > 0 && !inputs.some((chain) => isLost(sender, chain, trees));
      return by === undefined || isOwn ? [] : [tellLost(sender.rule, by)];
    });
}

function isLost({ nat, world, packets }: Sender, chain: HookChain, trees: MeetTrees): boolean {
  const { arena, layout } = world;
  const families = familiesSeen(chain);
  const target = nat.address?.kind === "range" ? nat.address.range : null;
  if (target === null || target.from !== target.to || nat.family === null) return false;
  if (!families.includes(nat.family) || isLoopbackAddress(nat.family, target.from)) return false;
  const port = nat.port?.kind === "range" ? nat.port.range : null;
  if (nat.port !== null && (port === null || port.from !== port.to)) return false;
  const moved = written(layout, packets, `daddr${nat.family === "ip" ? 4 : 6}`, 0, target.from);
  const there = port === null ? moved : written(layout, moved, "transport", 16, port.from);
  const translated = layout.flag("lint: the destination may be translated", "moment").level;
  const arriving = [arena.variable(translated), chain.base.place.packets()].reduce<Node>(
    (all, one) => arena.and(one, all),
    forgetting(arena, layout, there),
  );
  if (arriving === FALSE) return false;
  const isRight = (fate: number) => /^(drop|reject)$/.test(world.fates.fate(fate).kind);
  return allEnd({ trees, isPassed: () => true, isRight }, chain.base, 0, arriving);
}

const LOOPBACK: Readonly<Record<IpFamily, bigint>> = { ip: 127n << 24n, ip6: 1n };

function isLoopbackAddress(family: IpFamily, address: bigint): boolean {
  return family === "ip" ? address >> 24n === LOOPBACK.ip >> 24n : address === LOOPBACK.ip6;
}

const WIDTHS: Readonly<Record<string, number>> = { daddr4: 32, daddr6: 128, transport: 16 };

/** The packets with this value in a field. */
function written(
  layout: HeaderLayout,
  packets: Node,
  space: Space,
  from: number,
  value: bigint,
): Node {
  const width = WIDTHS[space] ?? 0;
  const bits = new Map<number, boolean>();
  for (const [i, level] of layout.levelsAt(space, from, width).entries())
    if (level !== null) bits.set(level, ((value >> BigInt(width - 1 - i)) & 1n) === 1n);
  return layout.arena.setBits(packets, bits);
}

/** What unknowns and marks said where the packets were translated holds no longer. */
function forgetting(arena: Arena, layout: HeaderLayout, packets: Node): Node {
  const flags = layout.flags.filter(({ kind }) => kind !== "header").map(({ level }) => level);
  return arena.exists(packets, [
    ...flags,
    ...layout.levelsRead("mark"),
    ...layout.levelsRead("ctmark"),
  ]);
}

function tellLost({ span }: Rule, { base }: HookChain): LintDiagnostic {
  const { hooked } = base.place;
  return {
    code: "PM6018",
    severity: "warning",
    message: `\`${base.chain.name}\` drops all new connections that this rule translates`,
    span,
    related: [{ message: "the forward chain that drops them", span: hooked.base.policySpan }],
    help: `accept \`ct status dnat\` in \`${base.chain.name}\`, or the new address and port`,
    fix: null,
  };
}

/** Rules of the input chain about ports that a program has sent elsewhere. */
function wonOver(context: LintContext, senders: readonly Sender[]): readonly LintDiagnostic[] {
  const others = senders.filter(({ generator }) => generator !== null);
  if (others.length === 0) return [];
  return ownChains(context, "input").flatMap(({ nodes }) =>
    nodes.flatMap(({ place, rules }) =>
      rules.flatMap(({ rule, met }): readonly LintDiagnostic[] => {
        if (!/^(drop|reject)$/.test(verdictWord(rule) ?? "") || !asksPort(rule)) return [];
        const { arena } = place.world;
        const by = others.find(({ packets }) => arena.and(packets, met) !== FALSE);
        return by === undefined ? [] : [tellWon(rule, by)];
      }),
    ),
  );
}

const PORTS = /^(tcp|udp|th) dport$/;

function asksPort({ statements }: Rule): boolean {
  return statements.some(
    (one) => one.kind === "match" && one.left.kind === "selector" && PORTS.test(one.left.id),
  );
}

function tellWon({ span }: Rule, { rule, generator }: Sender): LintDiagnostic {
  const room = generator === "Docker" ? "the chain `DOCKER-USER`" : "the forward chain";
  return {
    code: "PM6022",
    severity: "warning",
    message: `${generator} sends packets for this port elsewhere before they come to this rule`,
    span,
    related: [{ message: `the translation of ${generator}`, span: rule.span }],
    help: `drop them in ${room}: \`ct original proto-dst\` is the port that was asked for`,
    fix: null,
  };
}
