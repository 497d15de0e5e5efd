import type { RandomSource } from "../../engine/bdd/index.ts";
import type { Chain, Device, Table } from "../../engine/device/device.ts";
import { parseAddressRange } from "../inventory/addresses.ts";
import { aimsOf } from "./borders.ts";
import {
  type Certain,
  certainly,
  type Decider,
  POLICY,
  policyDecider,
  ruleDecider,
  type Uncertain,
} from "./certain.ts";
import {
  type Candidate,
  candidateNear,
  candidateText,
  endAt,
  pick,
  type Surroundings,
} from "./packets.ts";

/** What happens to this packet, and which of these decides? */
export interface DeviceQuestion {
  readonly packet: string;
  /** One of them is right. */
  readonly rules: readonly Decider[];
}

/** Questions of one device, and what packets hung on that nobody may be asked about. */
export interface Asked {
  readonly questions: readonly DeviceQuestion[];
  readonly uncertainOn: readonly string[];
}

/** Packets that are tried for one question, and for all: over 5,000 rules each is a walk of milliseconds. */
const TRIES = 30;
const MAXIMUM_TRIES = 240;
const OPTIONS = 4;
/** One question in so many may be about a policy: what is just beside a rule often ends there. */
const POLICY_ONE_IN = 3;
/** Rules before and behind the right one, which are the likeliest mistakes. */
const NEIGHBOURS = 3;
const MAXIMUM_NAMES = 3;

/** The same questions for the same ruleset and the same source of chance; as many as are found, `count` at most. Pure. */
export function ask(
  device: Device,
  around: Surroundings,
  random: RandomSource,
  count: number,
): Asked {
  const aims = aimsOf(device);
  const found = new Map<string, DeviceQuestion>();
  const asked = new Map<string, number>();
  const uncertain = new Set<string>();
  const most = Math.min(count * TRIES, MAXIMUM_TRIES);
  for (let tries = 0; tries < most && found.size < count; tries++) {
    const aim = pick(aims, random);
    const candidate = aim === undefined ? null : candidateNear(aim, around, random);
    if (candidate === null) continue;
    const walked = walk(device, candidate, around);
    if (walked === null) continue;
    const { packet, end } = walked;
    if (end.kind === "uncertain") {
      for (const name of end.on) if (uncertain.size < MAXIMUM_NAMES) uncertain.add(name);
      continue;
    }
    /* First one about each rule; the same again only where there is no other. */
    const { id } = end.decider;
    const wanted = id.startsWith(POLICY) ? Math.ceil(count / POLICY_ONE_IN) : 1;
    const times = asked.get(id) ?? 0;
    if (found.has(packet) || (times >= wanted && tries < most / 2)) continue;
    asked.set(id, times + 1);
    found.set(packet, { packet, rules: optionsOf(device, end, random) });
  }
  return { questions: [...found.values()], uncertainOn: [...uncertain] };
}

interface Walked {
  readonly packet: string;
  readonly end: Certain | Uncertain;
}

/** Null: it would not take this way. Where a rule gives it another destination, it is walked on its way to there. */
function walk(device: Device, candidate: Candidate, around: Surroundings): Walked | null {
  const packet = candidateText(candidate);
  const end = certainly(device, packet);
  if (end.kind === "uncertain" || !isSentElsewhere(end)) return { packet, end };
  const place = placeBehind(end, candidate, around);
  /* Of what is dropped behind a translation nobody says where it would have gone. */
  if (place === null || place === candidate.from.place) return null;
  if (place === candidate.to.place) return { packet, end };
  const there = candidateText({ ...candidate, to: { ...candidate.to, place } });
  const again = certainly(device, there);
  const isThere = again.kind === "certain" && placeBehind(again, candidate, around) === place;
  return isThere ? { packet: there, end: again } : null;
}

function isSentElsewhere({ steps }: Certain): boolean {
  return steps.some(
    ({ chainType, hook, by }) => chainType === "nat" && hook === "prerouting" && by.kind === "rule",
  );
}

/** Where the packet goes once it is translated; null: that is not known. */
function placeBehind({ translated }: Certain, { family }: Candidate, around: Surroundings) {
  const text = / > \[?([0-9a-f.:]+?)\]?(?::\d+)?$/.exec(translated ?? "")?.[1] ?? "";
  const address = parseAddressRange(text)?.range.from;
  return address === undefined ? null : (endAt(address, family, around)?.place ?? null);
}

/** The right one among its neighbours, rules that matched on the way, and policies. */
function optionsOf(device: Device, end: Certain, random: RandomSource): readonly Decider[] {
  const wrong = new Map<string, Decider>();
  const taken = new Set([end.decider.text]);
  const others = wrongOnes(device, end);
  const start = Math.floor(random() * others.length);
  for (const one of [...others.slice(start), ...others.slice(0, start)]) {
    if (wrong.size === OPTIONS - 1) break;
    if (taken.has(one.text)) continue;
    taken.add(one.text);
    wrong.set(one.id, one);
  }
  const at = Math.floor(random() * (wrong.size + 1));
  const all = [...wrong.values()];
  return [...all.slice(0, at), end.decider, ...all.slice(at)];
}

function wrongOnes(device: Device, { steps, decider }: Certain): readonly Decider[] {
  return device.tables.flatMap((table) =>
    table.chains.flatMap((chain) => {
      const isSeen = steps.some(
        (step) =>
          step.table.name === table.name &&
          step.table.family === table.family &&
          (step.chain === chain.name || step.matched.some((rule) => chain.rules.includes(rule))),
      );
      return isSeen ? [...policyOf(table, chain), ...neighboursOf(chain, decider)] : [];
    }),
  );
}

function policyOf({ family, name }: Table, { base, name: chain }: Chain): readonly Decider[] {
  return base === null ? [] : [policyDecider(`${family} ${name}`, chain)];
}

function neighboursOf({ rules }: Chain, decider: Decider): readonly Decider[] {
  const all = rules.map(ruleDecider);
  const at = all.findIndex(({ id }) => id === decider.id);
  /* By the policy: the last rules are what somebody would take for it. */
  const middle = at < 0 ? all.length - 1 : at;
  return all.slice(Math.max(0, middle - NEIGHBOURS), middle + NEIGHBOURS + 1);
}
