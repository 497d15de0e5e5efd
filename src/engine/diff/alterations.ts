import { single } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import {
  type Analysis,
  type FinalState,
  TRANSLATED_FLOW,
  type WalkWithStates,
} from "../compile/index.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import type { Altered, AlteredField, Both, SameVerdict } from "./alteration.ts";
import { unlikeTracking, unlikeTranslator } from "./connections.ts";
import { compareDeeds } from "./deeds.ts";
import { fieldDifferences } from "./fieldDifferences.ts";
import { type FinalField, ROUTING_MARK, writtenFields } from "./finalFields.ts";
import { type HangingField, hangingFields } from "./hangingFields.ts";
import { laterPacketsOn, type Side } from "./side.ts";

/*
 * What becomes of packets beside the verdict: their header, marks, and what connection tracking keeps of them.
 * Each side has been walked to the end; what rules have written there is compared as functions of the packet as it
 * came, so that two ways of writing one thing are equal, and one word that means two things is not.
 */

export interface ComparedAlterations {
  readonly altered: readonly Altered[];
  /** Why it is not complete. */
  readonly reasons: readonly string[];
  /** Fields that end otherwise by some variables on either side, what stays with the connection left out. */
  readonly hangingOn: (levels: readonly number[]) => readonly HangingField[];
}

export const NO_ALTERATIONS: ComparedAlterations = {
  altered: [],
  reasons: [],
  hangingOn: () => [],
};

/** Ways in which packets are altered that are told apart; beyond them they are one. */
const MAXIMUM_WAYS = 2000;

export function compareAlterations(
  analysis: Analysis,
  sides: Both<Side>,
  walks: Both<WalkWithStates>,
  groups: readonly SameVerdict[],
): ComparedAlterations {
  const { arena } = analysis;
  const ways = new Map<string, Altered>();
  let contested: Node = FALSE;
  const lost = arena.or(walks[0].lost, walks[1].lost);
  /* Later packets of connections that do not come about on one side: NAT has not been asked about them there. */
  const unbegun = sides.reduce<Node>(
    (all, side) => arena.or(all, laterPacketsOn(analysis, side, lost)),
    FALSE,
  );
  for (const { packets: all, fate, goesOn } of groups)
    for (const first of walks[0].states)
      for (const second of walks[1].states) {
        const packets = arena.and(all, arena.and(first.packets, second.packets));
        if (packets === FALSE) continue;
        const found = differencesOf(packets, [first, second], !goesOn);
        const sure = goesOn ? found : found.map((field) => perhapsFirst(analysis, field));
        for (const altered of partition(analysis, packets, sure)) add({ ...altered, fate });
      }
  return {
    altered: [...ways.values()],
    reasons:
      contested === FALSE
        ? []
        : ["rules that give connections helpers or the like run in another order: not compared"],
    hangingOn: (levels) =>
      walks.flatMap(({ states }) => states.flatMap((state) => hangingFields(arena, state, levels))),
  };

  function differencesOf(
    packets: Node,
    states: Both<FinalState>,
    isLasting: boolean,
  ): readonly (readonly AlteredField[])[] {
    const fields = fieldsOf(analysis, packets, states, isLasting, unbegun);
    const deeds = compareDeeds(
      analysis,
      sides,
      [walks[0].deeds, walks[1].deeds],
      packets,
      isLasting,
    );
    contested = arena.or(contested, deeds.contested);
    const done = deeds.differences.map(({ name, kind, packets: some, isBefore, isSure }) => [
      {
        kind,
        what: name,
        before: isBefore ? "done" : "not done",
        after: isBefore ? "not done" : "done",
        packets: some,
        isSure,
      },
    ]);
    return [...fields, ...done];
  }

  function add(altered: Altered): void {
    const key = JSON.stringify([altered.fate, altered.alterations, altered.isSure]);
    const known = ways.get(key);
    const packets =
      known === undefined ? altered.packets : arena.or(known.packets, altered.packets);
    ways.set(key, { ...altered, packets });
  }
}

/**
 * Of lost packets: a new one without a mark may be the first of its connection, of which nothing stays then, or a later
 * one that nobody has answered yet.
 */
function perhapsFirst(
  { arena, layout }: Analysis,
  field: readonly AlteredField[],
): readonly AlteredField[] {
  const state = rangesOver(arena, layout.bits("state", 0, 3), [single(BigInt(STATE_CODES.new))]);
  const first = layout
    .levelsRead("ctmark")
    .reduce<Node>((all, level) => arena.difference(all, arena.variable(level)), state);
  return field.flatMap((one) => [
    ...part(one, arena.difference(one.packets, first), one.isSure),
    ...part(one, arena.and(one.packets, first), false),
  ]);

  function part(one: AlteredField, packets: Node, isSure: boolean): readonly AlteredField[] {
    return packets === FALSE ? [] : [{ ...one, packets, isSure }];
  }
}

/** One list for each field, of disjoint sets of packets. */
function fieldsOf(
  analysis: Analysis,
  packets: Node,
  states: Both<FinalState>,
  isLasting: boolean,
  unbegun: Node,
): readonly (readonly AlteredField[])[] {
  const [before, after] = states;
  const sent = analysis.arena.difference(withoutUndone(analysis, packets), unbegun);
  const asked = { all: packets, sent };
  const compare = (
    field: FinalField,
    of: (state: FinalState) => ReturnType<FinalState["store"]["read"]>,
  ) =>
    fieldDifferences(
      analysis,
      field,
      field.kind === "translation" ? asked.sent : asked.all,
      of(before),
      of(after),
    ).map((found): AlteredField => ({ ...found, kind: field.kind, what: field.name }));
  const fields = writtenFields(before, after)
    .filter((field) => field.isLasting || !isLasting)
    .map((field) =>
      compare(field, ({ store }) => store.read(field.space, field.from, field.width)),
    );
  /* Who changes an end is told where both sides come to the same. */
  const unchanged = (end: string) =>
    fields
      .flat()
      .filter(({ what }) => what.startsWith(end))
      .reduce<Node>((all, { packets: some }) => analysis.arena.difference(all, some), asked.sent);
  const { space, from, width } = ROUTING_MARK;
  const read = (state: FinalState) => state.markAtRouting ?? state.store.read(space, from, width);
  const isMarked = states.some(({ store }) => store.written.some((one) => one.space === "mark"));
  return [
    ...fields,
    ...(isLasting || !isMarked ? [] : [compare(ROUTING_MARK, read)]),
    ...(isLasting ? [] : [unlikeTranslator(analysis, unchanged("source"), states, "source")]),
    ...(isLasting
      ? []
      : [unlikeTranslator(analysis, unchanged("destination"), states, "destination")]),
    ...(isLasting ? [] : [unlikeTracking(analysis, packets, states)]),
  ];
}

/**
 * NAT undoes on replies what it did to the flow: where both sides do the same to the flow, it is the same on
 * replies, whose own header nobody knows here.
 */
function withoutUndone({ arena, layout }: Analysis, packets: Node): Node {
  const flag = layout.flags.find(({ key }) => key === TRANSLATED_FLOW);
  return flag === undefined ? packets : arena.restrict(packets, new Map([[flag.level, false]]));
}

/** Sets of packets that are altered in the same things in the same way. */
function partition(
  { arena }: Analysis,
  packets: Node,
  fields: readonly (readonly AlteredField[])[],
): readonly Omit<Altered, "fate">[] {
  type Part = Omit<Altered, "fate">;
  let parts: readonly Part[] = [{ packets, alterations: [], isSure: true }];
  for (const field of fields) {
    if (field.length === 0) continue;
    const next: Part[] = [];
    for (const part of parts) {
      let rest = part.packets;
      for (const { packets: some, isSure, ...alteration } of field) {
        const inside = arena.and(rest, some);
        if (inside === FALSE) continue;
        rest = arena.difference(rest, some);
        next.push({
          packets: inside,
          alterations: [...part.alterations, alteration],
          isSure: part.isSure && isSure,
        });
      }
      if (rest !== FALSE) next.push({ ...part, packets: rest });
    }
    parts = next.length > MAXIMUM_WAYS ? asOne(next) : next;
  }
  return parts.filter(({ alterations }) => alterations.length > 0);

  function asOne(many: readonly Part[]): readonly Part[] {
    const altered = many.filter(({ alterations }) => alterations.length > 0);
    const [first] = altered;
    const same = many.filter(({ alterations }) => alterations.length === 0);
    if (first === undefined) return many;
    return [
      ...same,
      {
        packets: altered.reduce<Node>((all, part) => arena.or(all, part.packets), FALSE),
        alterations: first.alterations.map((one) => ({ ...one, before: MANY, after: MANY })),
        isSure: altered.every(({ isSure }) => isSure),
      },
    ];
  }
}

const MANY = "one of many values";
