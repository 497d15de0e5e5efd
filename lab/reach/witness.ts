import { interfaceNameValue } from "../../src/engine/base/interfaceName.ts";
import { inRanges, normalizeRanges, type Range, single } from "../../src/engine/base/range.ts";
import {
  type Arena,
  type Assignment,
  FALSE,
  fieldValue,
  type Node,
  type RandomSource,
  randomPicker,
  TRUE,
} from "../../src/engine/bdd/index.ts";
import type { Analysis } from "../../src/engine/compile/index.ts";
import type { AtomField, HeaderLayout, Space } from "../../src/engine/packet/header/layout.ts";
import { rangesOver } from "../../src/engine/packet/header/rangesOver.ts";
import { STATE_CODES } from "../../src/engine/packet/header/stateCodes.ts";
import { toNotation } from "../../src/engine/packet/header/toNotation.ts";
import type { CtState } from "../../src/engine/packet/packet.ts";
import { PROTOCOL } from "../../src/engine/packet/selectors/index.ts";
import type { Aim } from "../aim/assemble.ts";
import type { Aims } from "./reach.ts";
import { sketchOf } from "./sketchOf.ts";

/** Packets of one state and direction, picked one after the other. */
interface Part {
  readonly path: Aims["path"];
  readonly state: CtState;
  readonly direction: Aim["direction"];
  readonly packets: Node;
}

/** Packets taken of each part. */
const ROUNDS = 10;

/** Packets out of sets of headers, as they can be sent in a namespace with `interfaces`. */
export class Witnesses {
  private readonly arena: Arena;
  private readonly layout: HeaderLayout;
  private readonly interfaces: readonly string[];
  private readonly random: RandomSource;

  constructor({ arena, layout }: Analysis, interfaces: readonly string[], random: RandomSource) {
    this.arena = arena;
    this.layout = layout;
    this.interfaces = interfaces;
    this.random = random;
  }

  /** The plain ones first, then ever stranger ones. */
  *of(aims: readonly Aims[]): Generator<Aim> {
    const parts = aims.flatMap((aim) => this.partsOf(aim));
    for (let round = 0; round < ROUNDS; round++)
      for (const part of parts) {
        const aim = this.pick(part, round);
        if (aim !== null) yield aim;
      }
  }

  /** As many as are asked for, of all states in turn; fewer where none can be sent. */
  *many(aims: readonly Pick<Aims, "path" | "packets">[], count: number): Generator<Aim> {
    const parts = aims.flatMap((aim) => this.partsOf(aim));
    let found = 0;
    for (let round = 0; found < count && round < count; round++)
      for (const part of parts) {
        const aim = found < count ? this.pick(part, round % ROUNDS) : null;
        if (aim === null) continue;
        found++;
        yield aim;
      }
  }

  private partsOf({ path, packets }: Pick<Aims, "path" | "packets">): readonly Part[] {
    const { arena, layout } = this;
    const state = (name: CtState) => this.equals("state", 0, 3, BigInt(STATE_CODES[name]));
    const [level] = layout.levelsAt("direction", 0, 1);
    const reply = level == null ? FALSE : arena.variable(level);
    const part = (name: CtState, direction: Part["direction"], within: Node): Part => ({
      path,
      state: name,
      direction,
      packets: arena.and(packets, arena.and(state(name), within)),
    });
    const all = [
      part("new", null, TRUE),
      part("established", "original", arena.not(reply)),
      part("established", "reply", reply),
      part("related", null, TRUE),
      part("invalid", null, TRUE),
      part("untracked", null, TRUE),
    ];
    return all.filter((one) => one.packets !== FALSE);
  }

  private pick({ path, state, direction, packets }: Part, round: number): Aim | null {
    let rest = packets;
    const wishes = this.wishes(state, round);
    /* The later, the fewer of the wishes about addresses and protocols. */
    for (const wish of wishes.slice(0, Math.max(wishes.length - round, FIRM))) {
      const narrowed = this.arena.and(rest, wish);
      if (narrowed !== FALSE) rest = narrowed;
    }
    const header = randomPicker(this.arena, rest, this.random)();
    if (header === null) return null;
    const whole = this.completed(header);
    const text = toNotation(this.layout, whole, path);
    const sketch = sketchOf(text, {
      path,
      in: this.interfaceOf("in", whole),
      out: this.interfaceOf("out", whole),
      length: this.rangesOf("meta length", whole),
      segment: this.hasFlag(SEGMENT_FLAG, whole) ? this.rangesOf(SEGMENT_SIZE, whole) : [],
      state,
      port: Math.floor(FIRST_PORT + this.random() * PORTS),
    });
    return sketch === null ? null : { sketch, state, direction };
  }

  /** Bits that the set leaves open, at random. */
  private completed(header: Assignment): Assignment {
    const whole = new Map(header);
    for (const [space, from, width] of OPEN)
      for (const level of this.layout.levelsAt(space, from, width))
        if (level !== null && !whole.has(level)) whole.set(level, this.random() < 1 / 2);
    return whole;
  }

  /** In order of weight. */
  private wishes(state: CtState, round: number): readonly Node[] {
    const { arena, layout } = this;
    const unknowns = layout.flags
      .filter(({ kind }) => kind !== "header")
      .map(({ level }) => arena.not(arena.variable(level)));
    const extras = layout.flags
      .filter(({ kind, key }) => kind === "header" && key !== "socket owner")
      .map(({ level }) => arena.not(arena.variable(level)));
    const [six = FALSE] = layout.bits("family", 0, 1);
    const plain = (space: "saddr" | "daddr") =>
      arena.ite(six, this.within(space, 0, 128, PLAIN6), this.within(space, 0, 32, PLAIN4));
    const toMany = arena.ite(
      six,
      this.within("daddr", 0, 128, [GROUPS6]),
      this.within("daddr", 0, 32, GROUPS4),
    );
    const toAll = this.within("daddr", 0, 32, [single(BROADCAST4)]);
    const protocols = [PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.icmp, PROTOCOL.icmpv6];
    const flags = state === "new" ? 2n : 16n;
    return [
      ...unknowns,
      this.ofInterfaces("in"),
      this.ofInterfaces("out"),
      ...extras,
      plain("saddr"),
      round % 3 === 2 ? toMany : round % 3 === 1 ? toAll : plain("daddr"),
      this.within("network4", 64, 8, [{ from: 3n, to: 255n }]),
      this.within("network6", 56, 8, [{ from: 3n, to: 255n }]),
      this.equals("transport", 104, 8, flags),
      this.within(
        "protocol",
        0,
        8,
        protocols.map((number) => single(BigInt(number))),
      ),
      this.within("transport", 0, 16, [{ from: BigInt(FIRST_PORT), to: 59999n }]),
    ];
  }

  private equals(space: Space, from: number, width: number, value: bigint): Node {
    return this.within(space, from, width, [single(value)]);
  }

  /** Everything where the bits have no variables. */
  private within(space: Space, from: number, width: number, ranges: readonly Range[]): Node {
    const levels = this.layout.levelsAt(space, from, width).filter((level) => level !== null);
    if (levels.length < width) return TRUE;
    return rangesOver(
      this.arena,
      levels.map((level) => this.arena.variable(level)),
      normalizeRanges(ranges),
    );
  }

  private ofInterfaces(side: "in" | "out"): Node {
    const field = this.field(side);
    if (field === undefined) return TRUE;
    const codes = this.interfaces.map((name) => single(BigInt(classIn(field, name))));
    return rangesOver(
      this.arena,
      field.levels.map((level) => this.arena.variable(level)),
      normalizeRanges(codes),
    );
  }

  /** A device of the namespace that the rules do not tell from the header's. */
  private interfaceOf(side: "in" | "out", header: Assignment): string | null {
    const ranges = this.rangesOf(side, header);
    const names = this.interfaces.filter((name) => inRanges(ranges, interfaceNameValue(name)));
    return names[Math.floor(this.random() * names.length)] ?? null;
  }

  private hasFlag(key: string, header: Assignment): boolean {
    const flag = this.layout.flags.find((one) => one.key === key);
    return flag !== undefined && header.get(flag.level) === true;
  }

  private rangesOf(key: string, header: Assignment): readonly Range[] {
    const field = this.field(key);
    if (field === undefined) return [];
    return field.atoms.classes[Number(fieldValue(field.levels, header))] ?? [];
  }

  private field(key: string): AtomField | undefined {
    return this.layout.fields.find((field) => field.key === key);
  }
}

function classIn({ atoms }: AtomField, name: string): number {
  const value = interfaceNameValue(name);
  return Math.max(
    0,
    atoms.classes.findIndex((ranges) => inRanges(ranges, value)),
  );
}

/** The option of TCP that tells the largest segment (kind 2). */
const SEGMENT_FLAG = "tcp option 2";
const SEGMENT_SIZE = "tcp option maxseg size";
/** Wishes that are kept in every round: about interfaces and unknowns. */
const FIRM = 2;
const FIRST_PORT = 20000;
const PORTS = 40000;
const OPEN: readonly (readonly [Space, number, number])[] = [
  ["saddr", 0, 128],
  ["daddr", 0, 128],
  ["transport", 0, 32],
];
/** Addresses that any host can have. */
const PLAIN4: readonly Range[] = [
  { from: 0x01000000n, to: 0x7effffffn },
  { from: 0x80000000n, to: 0xdfffffffn },
];
/** Groups and everybody. */
const GROUPS4: readonly Range[] = [{ from: 0xe0000100n, to: 0xe00001ffn }];
const BROADCAST4 = 0xffffffffn;
const GROUPS6: Range = { from: 0xff02n << 112n, to: (0xff03n << 112n) - 1n };
const PLAIN6: readonly Range[] = [{ from: 0x2n << 124n, to: (0x4n << 124n) - 1n }];
