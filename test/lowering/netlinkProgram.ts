import { maskText, term, termText } from "./canonical.ts";
import {
  bytesRead,
  compare,
  compared,
  type DumpedElement,
  isBigEndian,
  Machine,
  tidy,
  wordsValue,
} from "./netlinkMachine.ts";
import { lookup, readElements } from "./netlinkSets.ts";
import { statement, writePayload } from "./netlinkStatement.ts";

/** One rule as nft hands it to the kernel, in canonical lines. */
export interface NetlinkRule {
  readonly chain: string;
  readonly lines: readonly string[];
  readonly raw: readonly string[];
}

const BASES: Readonly<Record<string, string>> = {
  link: "ll",
  network: "nh",
  transport: "th",
  inner: "ih",
};

/** Reads what `nft --debug=netlink` prints. */
export function readNetlink(text: string): readonly NetlinkRule[] {
  const rules: NetlinkRule[] = [];
  let sets: DumpedElement[][] = [];
  let interval = false;
  for (const block of text.split(/\n(?=\S)/)) {
    const [head = "", ...body] = block.split("\n");
    const program = body.filter((line) => line.startsWith("  ["));
    const declared = /^__(?:set|map|objmap)%d \S+ ([0-9a-f]+) /.exec(`${head} `);
    if (declared !== null && declared[1] !== "0") interval = (Number(`0x${declared[1]}`) & 4) !== 0;
    else if (declared !== null) sets.push(readElements(body.join("\n"), interval));
    else if (program.length > 0 || /^(ip6?|inet|arp|bridge|netdev) \S+ \S+ *$/.test(head)) {
      rules.push({
        chain: head.trim(),
        lines: runProgram(
          program.map((line) => line.trim()),
          sets,
        ),
        raw: program,
      });
      sets = [];
    }
  }
  return rules;
}

const PATTERNS: readonly (readonly [
  RegExp,
  (m: string[], machine: Machine, sets: DumpedElement[][]) => void,
])[] = [
  [
    /^payload load (\d+)b @ (\w+) header \+ (\d+) => reg (\d+)$/,
    ([, length, base = "", offset, register], machine) => {
      const bytes = Number(length);
      const source = {
        kind: "payload",
        base: BASES[base] ?? base,
        offset: Number(offset) * 8,
      } as const;
      machine.put(Number(register), {
        term: term(source, bytes * 8),
        bytes,
        big: true,
        constant: null,
      });
    },
  ],
  [
    /^bitwise reg (\d+) = \( reg (\d+) & (.+?) \) \^ (.+)$/,
    ([, to, from, mask = "", xor = ""], machine) => {
      const slot = machine.get(Number(from));
      const and = wordsValue(mask.split(" "), slot);
      const flip = wordsValue(xor.split(" "), slot);
      const next = { ...slot.term, steps: `${slot.term.steps}${maskText(and, flip)}` };
      machine.put(Number(to), { ...slot, term: next });
    },
  ],
  [
    /^bitwise reg (\d+) = \( reg (\d+) (<<|>>) (\S+) \)$/,
    ([, to, from, operator, by], machine) => {
      const slot = machine.get(Number(from));
      machine.put(Number(to), {
        ...slot,
        term: { ...slot.term, steps: `${slot.term.steps}${operator}${Number(by)}` },
      });
    },
  ],
  [
    /^byteorder reg (\d+) = (hton|ntoh)\(reg (\d+), \d+, (\d+)\)$/,
    ([, to, , from], machine) => {
      const slot = machine.get(Number(from));
      machine.put(Number(to), { ...slot, big: !slot.big });
    },
  ],
  [
    /^cmp (\w+) reg (\d+) (.+)$/,
    ([, operator = "", register, words = ""], machine) =>
      compare(machine, operator, Number(register), words.split(" ")),
  ],
  [
    /^range (eq|neq) reg (\d+) (.+)$/,
    ([, operator, register, words = ""], machine) => {
      const slot = machine.get(Number(register));
      const all = words.split(" ");
      const from = wordsValue(all.slice(0, all.length / 2), slot);
      const to = wordsValue(all.slice(all.length / 2), slot);
      machine.lines.push(...compared(slot, operator === "neq", [{ from, to }]));
    },
  ],
  [
    /^lookup reg (\d+) set (\S+)(?: dreg (\d+))?( 0x1)?$/,
    ([, register, name = "", data, negated], machine, sets) =>
      lookup(machine, Number(register), name, data, negated !== undefined, sets),
  ],
  [
    /^immediate reg 0 (.+)$/,
    ([, verdict = ""], machine) => machine.lines.push(verdict.replace(" -> ", " ")),
  ],
  [
    /^immediate reg (\d+) (.+)$/,
    ([, register, words = ""], machine) => {
      const constant = words.split(" ");
      const bytes = constant.length * 4;
      machine.put(Number(register), {
        term: term({ kind: "name", name: "constant" }, bytes * 8),
        bytes,
        big: false,
        constant,
      });
    },
  ],
  [/^counter /, () => {}],
  [/^log( |$)/, () => {}],
  [/^objref type 1 name/, () => {}],
  [
    /^exthdr load (ipv6|tcpopt|ipv4) (\d+)b @ (\d+) \+ (\d+) => reg (\d+)$/,
    ([, kind, length, option, offset, register], machine) => {
      const bytes = Number(length);
      const source = {
        kind: "payload",
        base: `${kind} ${option}`,
        offset: Number(offset) * 8,
      } as const;
      machine.put(Number(register), {
        term: term(source, bytes * 8),
        bytes,
        big: true,
        constant: null,
      });
    },
  ],
  [
    /^exthdr load (ipv6|tcpopt|ipv4) \d+b @ (\d+) \+ \d+ present => reg (\d+)$/,
    ([, kind, option, register], machine) =>
      machine.put(Number(register), {
        term: term({ kind: "name", name: `${kind} ${option} present` }, 8),
        bytes: 1,
        big: true,
        constant: null,
      }),
  ],
  [
    /^payload write reg (\d+) => (\d+)b @ (\w+) header \+ (\d+)/,
    ([, register, length, base = "", offset], machine) => {
      writePayload(
        machine,
        machine.get(Number(register)),
        Number(length),
        BASES[base] ?? base,
        Number(offset),
      );
      machine.slots.clear();
    },
  ],
  [
    /^exthdr write tcpopt reg (\d+) => (\d+)b @ (\d+) \+ (\d+)$/,
    ([, register, length, option, offset], machine) =>
      writePayload(
        machine,
        machine.get(Number(register)),
        Number(length),
        `tcpopt ${option}`,
        Number(offset),
      ),
  ],
  [
    /^(.+?) => reg (\d+)\s*(, dir \w+)?$/,
    ([, what = "", register, direction = ""], machine) => {
      const name = `${what}${direction}`.trim();
      const bytes = bytesRead(name);
      machine.put(Number(register), {
        term: term({ kind: "name", name }, bytes * 8),
        bytes,
        big: isBigEndian(name),
        constant: null,
      });
    },
  ],
  [
    /^(numgen) reg (\d+) = (.+)$/,
    ([, kind, register, rest = ""], machine) =>
      machine.put(Number(register), {
        term: term({ kind: "name", name: `${kind} ${rest.trim()}` }, 32),
        bytes: 4,
        big: false,
        constant: null,
      }),
  ],
  [
    /^hash reg (\d+) = (\w+)\((?:reg (\d+), \d+, (\w+))?\) % mod (\d+)(?: offset (\d+))?$/,
    ([, register, kind, from, seed, modulus, offset], machine) => {
      const key =
        from === undefined
          ? ""
          : machine
              .run(Number(from))
              .map((slot) => termText(tidy(slot).term))
              .join(" . ");
      const name = `${kind}(${key}) seed ${seed ?? "none"} mod ${modulus} offset ${offset ?? 0}`;
      machine.slots.clear();
      machine.put(Number(register), {
        term: term({ kind: "name", name }, 32),
        bytes: 4,
        big: false,
        constant: null,
      });
    },
  ],
  [
    /^osf dreg (\d+)/,
    ([, register], machine) =>
      machine.put(Number(register), {
        term: term({ kind: "name", name: "osf name" }, 128),
        bytes: 16,
        big: true,
        constant: null,
      }),
  ],
];

function runProgram(program: readonly string[], sets: DumpedElement[][]): readonly string[] {
  const machine = new Machine();
  for (const line of program) {
    if (!/^\[ cmp lte /.test(line)) machine.close();
    const text = line.replace(/^\[ /, "").replace(/ \]$/, "").replace(/\s+/g, " ").trim();
    const found = PATTERNS.find(([pattern]) => pattern.test(text));
    if (found === undefined) machine.lines.push(statement(machine, text, sets));
    else found[1](found[0].exec(text) ?? [], machine, sets);
  }
  machine.close();
  return machine.lines;
}
