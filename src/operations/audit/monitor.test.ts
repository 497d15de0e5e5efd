import { expect, test } from "vitest";
import { isMovement, MAXIMUM_COMMANDS, readMonitor, type Transaction } from "./monitor.ts";

async function read(...lines: readonly string[]): Promise<readonly Transaction[]> {
  const found: Transaction[] = [];
  async function* all() {
    yield* lines;
  }
  for await (const one of readMonitor(all())) found.push(one);
  return found;
}

const moves = (set: string) => set === "inet t s";

test("a transaction is its commands, and who sent it", async () => {
  const [first, ...rest] = await read(
    "delete rule inet t f handle 2",
    "insert rule inet t f ip saddr 10.0.0.1 drop",
    "# new generation 4 by process 2480 (nft)",
  );
  expect(rest).toEqual([]);
  expect(first).toMatchObject({ generation: 4, by: { process: 2480, name: "nft" } });
  expect(first?.commands.map(({ verb, kind, table }) => `${verb} ${kind} ${table}`)).toEqual([
    "delete rule inet t",
    "insert rule inet t",
  ]);
});

test("names of processes may hold anything", async () => {
  const [first] = await read("add table ip t", "# new generation 1 by process 7 (a) (b)");
  expect(first?.by?.name).toBe("a) (b");
});

test("elements that time out are transactions of nobody", async () => {
  const all = await read("delete element inet t s { 1.2.3.4 }");
  expect(all).toMatchObject([{ generation: null, by: null }]);
  expect(all.every((one) => isMovement(one, moves))).toBe(true);
  expect(all.some((one) => isMovement(one, () => false))).toBe(false);
});

test("a rule beside elements is more than movement", async () => {
  const [first] = await read(
    "add element inet t s { 1.2.3.4 }",
    "add rule inet t f drop",
    "# new generation 1 by process 7 (nft)",
  );
  expect(first === undefined || isMovement(first, moves)).toBe(false);
});

test("a flush of many rules is cut, not forgotten", async () => {
  const lines = Array.from(
    { length: MAXIMUM_COMMANDS * 2 },
    (_, i) => `delete rule inet t f handle ${i}`,
  );
  const [first] = await read(...lines, "# new generation 1 by process 7 (nft)");
  expect(first?.commands).toHaveLength(MAXIMUM_COMMANDS);
});

const SENT = "# new generation 1 by process 7 (nft)";
const areMovements = (all: readonly Transaction[]) => all.map((one) => isMovement(one, moves));

test("a rule behind more elements than are kept is more than movement", async () => {
  const elements = Array.from(
    { length: MAXIMUM_COMMANDS },
    (_, i) => `add element inet t s { 10.0.${i >> 8}.${i & 255} }`,
  );
  const all = await read(...elements, "add rule inet t f drop", SENT, elements[0] ?? "", SENT);
  expect(areMovements(all)).toEqual([false, true]);
});

test("a transaction of which nothing is told, or a line that is not known, is no movement", async () => {
  expect(areMovements(await read(SENT))).toEqual([false]);
  const strange = await read("add element inet t s { 1.2.3.4 }", "rename chain f g", SENT);
  expect(areMovements(strange)).toEqual([false]);
});

test("what the kernel's queue had no room for is more than movement, and told at once", async () => {
  const lost = "# ERROR: We lost some netlink events!";
  expect(areMovements(await read(lost))).toEqual([false]);
  const ban = "add element inet t s { 1.2.3.4 }";
  expect(areMovements(await read(ban, lost, ban, SENT))).toEqual([false, true]);
});

test("a ban that is lifted is a movement, and who lifted it is known", async () => {
  const all = await read("delete element inet t s { 1.2.3.4 }", SENT, SENT);
  expect(areMovements(all)).toEqual([true, true, false]);
  expect(all[1]?.by?.name).toBe("nft");
});
