import { type ListedBlock, type ListedTable, readSet } from "./listing.ts";

/**
 * The commands that make the tables `after` out of `before`, for one transaction. Sets that packets or
 * clocks fill keep what they hold, and counters and quotas their values: to delete a table and add it
 * again would lose both. What is the same on both sides is left alone where nothing goes that its rules may hold
 * on to, since counters, quotas and limits in rules begin anew with them. Tables of others are in neither list,
 * and are not touched.
 */
export function transitionScript(
  before: readonly ListedTable[],
  after: readonly ListedTable[],
): string {
  const first = new Map(before.map((table) => [table.key, table]));
  const second = new Set(after.map(({ key }) => key));
  const lines = [
    ...before.filter(({ key }) => !second.has(key)).map(({ key }) => `delete table ${key}`),
    ...after.flatMap((table) => {
      const known = first.get(table.key);
      return known === undefined ? wholeTable(table) : changedTable(known, table);
    }),
  ];
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** Tables as nft lists them. */
export function listingText(tables: readonly ListedTable[]): string {
  return tables.map((table) => `${wholeTable(table).join("\n")}\n`).join("");
}

/**
 * Sets and maps of `before` that the script to `after` takes away, whether or not it makes them anew: as
 * `set inet edge bans`.
 */
export function remadeSets(
  before: readonly ListedTable[],
  after: readonly ListedTable[],
): readonly string[] {
  const second = new Map(after.map((table) => [table.key, table]));
  return before.flatMap((table) => {
    const other = second.get(table.key);
    const gone =
      other === undefined
        ? table.blocks
        : judgeBlocks(table, other)
            .filter(({ fate }) => isGone(fate))
            .map(({ block }) => block);
    return gone.filter(isSetLike).map(({ kind, name }) => `${kind} ${table.key} ${name}`);
  });
}

function wholeTable({ key, properties, blocks }: ListedTable): readonly string[] {
  return tableText(key, properties, blocks);
}

function tableText(
  key: string,
  properties: readonly string[],
  blocks: readonly ListedBlock[],
): readonly string[] {
  const inner = blocks.flatMap(({ kind, name, lines }) => [
    `\t${kind} ${name} {`,
    ...lines.map((line) => `\t\t${line.replace(/\n/g, "\n\t\t")}`),
    "\t}",
  ]);
  return [`table ${key} {`, ...properties.map((line) => `\t${line}`), ...inner, "}"];
}

/** What happens to a block that both tables have, or one of them; rules of a chain that is kept come anew. */
type Fate = "untouched" | "kept" | "refilled" | "replaced" | "removed" | "added";

interface JudgedBlock {
  readonly block: ListedBlock;
  readonly fate: Fate;
}

function changedTable(before: ListedTable, after: ListedTable): readonly string[] {
  const { key } = after;
  const judged = judgeBlocks(before, after);
  const of = (fates: readonly Fate[], ...kinds: readonly string[]) =>
    judged.filter(
      ({ block, fate }) =>
        fates.includes(fate) && (kinds.length === 0 || kinds.includes(block.kind)),
    );
  const command = (verb: string) => (one: JudgedBlock) =>
    `${verb} ${one.block.kind} ${key} ${one.block.name}`;
  const gone: readonly Fate[] = ["removed", "replaced"];
  const untouched = new Set(of(["untouched"]).map(({ block }) => block.name));
  const chains = before.blocks.filter(({ kind, name }) => kind === "chain" && !untouched.has(name));
  const objects = of(gone).filter(({ block }) => !CONTAINERS.includes(block.kind));
  const filled = judged
    .filter(
      ({ block, fate }) => FILLED.includes(fate) || (block.kind === "chain" && fate === "kept"),
    )
    .map(({ block }) => block);
  const lines = [
    /* Rules first, since they hold on to everything else; then maps, which hold on to chains. */
    ...chains.map(({ name }) => `flush chain ${key} ${name}`),
    ...of(["refilled"], "set", "map").map(command("flush")),
    ...of(gone, "set", "map").map(command("delete")),
    ...of(gone, "chain").map(command("delete")),
    ...objects.map(command("delete")),
    ...of(gone, "flowtable").map(command("delete")),
  ];
  const isSame = lines.length === 0 && filled.length === 0;
  if (isSame && sameLines(before.properties, after.properties)) return [];
  return [...lines, ...tableText(key, after.properties, filled)];
}

const FILLED: readonly Fate[] = ["added", "replaced", "refilled"];

const CONTAINERS: readonly string[] = ["chain", "set", "map", "flowtable"];

function judgeBlocks(before: ListedTable, after: ListedTable): readonly JudgedBlock[] {
  const id = ({ kind, name }: ListedBlock) => `${kind} ${name}`;
  const first = new Map(before.blocks.map((block) => [id(block), block]));
  const second = new Set(after.blocks.map(id));
  const judged: JudgedBlock[] = [
    ...before.blocks
      .filter((block) => !second.has(id(block)))
      .map((block): JudgedBlock => ({ block, fate: "removed" })),
    ...after.blocks.map((block): JudgedBlock => {
      const known = first.get(id(block));
      return { block, fate: known === undefined ? "added" : fateOf(known, block) };
    }),
  ];
  if (!judged.some(({ fate }) => isGone(fate)))
    return judged.map((one) => {
      const { kind, lines } = one.block;
      const known = kind === "chain" ? first.get(id(one.block)) : undefined;
      return known !== undefined && sameLines(known.lines, lines)
        ? { ...one, fate: "untouched" }
        : one;
    });
  const isLoosened = judged.some(({ block, fate }) => isGone(fate) && !isSetLike(block));
  return isLoosened ? judged.map(loosen) : judged;
}

function isGone(fate: Fate): boolean {
  return fate === "removed" || fate === "replaced";
}

function isSetLike({ kind }: ListedBlock): boolean {
  return kind === "set" || kind === "map";
}

/** Maps hold on to the chains and objects that they point at: those can only go if maps are made anew. */
function loosen(one: JudgedBlock): JudgedBlock {
  const { block, fate } = one;
  const pointsAt = block.lines.some((line) => POINTS_AT.test(line));
  return block.kind === "map" && pointsAt && (fate === "kept" || fate === "refilled")
    ? { block, fate: "replaced" }
    : one;
}

const POINTS_AT = /^(type|typeof) .* : (verdict|counter|quota|limit|ct \w+|synproxy|secmark)$/;

function fateOf(before: ListedBlock, after: ListedBlock): Fate {
  if (isSetLike(after)) return fateOfSet(before, after);
  if (after.kind === "chain") return sameLines(header(before), header(after)) ? "kept" : "replaced";
  return sameLines(before.lines, after.lines) ? "kept" : "replaced";
}

function fateOfSet(before: ListedBlock, after: ListedBlock): Fate {
  const first = readSet(before);
  const second = readSet(after);
  if (!sameLines(first.definition, second.definition)) return "replaced";
  if (second.isLive || first.elements === second.elements) return "kept";
  return "refilled";
}

/** What makes a chain a base chain, but for its policy, which can change while it stays. */
function header({ lines }: ListedBlock): readonly string[] {
  return lines
    .filter((line) => /^(type \w+ hook |comment )/.test(line))
    .map((line) => line.replace(/ policy \w+;/, ""));
}

function sameLines(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, i) => line === other[i]);
}
