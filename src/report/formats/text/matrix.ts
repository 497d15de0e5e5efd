import type { MatrixAnswer, MatrixHosts, MatrixReach } from "../../../engine/answer/matrix.ts";
import { deciderCells } from "./diff.ts";
import { columns, fitted, type Style, shown, type Tint, tint } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** More destinations than this make no table that a person reads: each source gets a list. */
const WIDEST_TABLE = 8;
/** Lines that say which rule lets something through. */
const MAXIMUM_REASONS = 20;

const FAMILIES = [
  ["ip", "IPv4"],
  ["ip6", "IPv6"],
] as const;

const REACHES: Readonly<Record<MatrixReach["reach"], Tint>> = {
  yes: "green",
  no: "grey",
  depends: "yellow",
};

/** Who reaches whom, for people: a table for each family, or lists where it would be too wide. */
export function matrixText(answer: MatrixAnswer, style: Style): string {
  const { service, path, state, more, assumptions } = answer;
  const title = `${shown(service)}, ${path}, ${state === "new" ? "new connections" : "established connections"}`;
  const width = Math.min(style.width, 100);
  const families = FAMILIES.flatMap(([family, name]) => {
    const part = partOf(answer, family);
    return part.edges.length === 0 ? [] : [`${name}\n${familyText(part, style)}`];
  });
  const rest = [
    [more.sources, "sources"],
    [more.destinations, "destinations"],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`${count} more classes of ${what}`]));
  const left =
    rest.length === 0
      ? []
      : [`Not told: ${rest.join(", ")}, of fewer hosts. Ask for them with --from and --to.`];
  const told = families.length === 0 ? ["No packet of this service can be sent."] : families;
  const assumed = wrapped(
    `"yes" and "no" are proved for all packets (assuming: ${assumptions.join("; ")})`,
    width,
  );
  return `${[tint(style, "bold", title), ...told, ...left, assumed].join("\n\n")}\n`;
}

type Part = Pick<MatrixAnswer, "sources" | "destinations" | "edges">;

function partOf(answer: MatrixAnswer, family: MatrixHosts["family"]): Part {
  const sources = answer.sources.filter((one) => one.family === family);
  const ids = new Set(sources.map(({ id }) => id));
  return {
    sources,
    destinations: answer.destinations.filter((one) => one.family === family),
    edges: answer.edges.filter(({ from }) => ids.has(from)),
  };
}

function familyText(part: Part, style: Style): string {
  const blocks = [
    `  from\n${hostsText(part.sources, "in", style)}`,
    `  to\n${hostsText(part.destinations, "out", style)}`,
    part.destinations.length <= WIDEST_TABLE ? table(part, style) : lists(part, style),
    ...reasons(part, style),
  ];
  return blocks.join("\n\n");
}

function hostsText(hosts: readonly MatrixHosts[], side: string, style: Style): string {
  const rows = hosts.map(({ id, name, interfaces }) => [
    `    ${id}`,
    `${shown(name)}${interfaces === null ? "" : `, ${side} ${shown(interfaces)}`}`,
  ]);
  return columns(rows)
    .map((line) => fitted(style, line, 0))
    .join("\n");
}

function table({ sources, destinations, edges }: Part, style: Style): string {
  const found = new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge.reach]));
  const head = ["    from \\ to", ...destinations.map(({ id }) => id)];
  const rows = sources.map(({ id }) => [
    `    ${id}`,
    ...destinations.map((to) => found.get(`${id} ${to.id}`) ?? "–"),
  ]);
  return columns([head, ...rows])
    .map((line) =>
      line.replace(/\b(yes|no|depends)\b/g, (word) =>
        isReach(word) ? tint(style, REACHES[word], word) : word,
      ),
    )
    .join("\n");
}

function isReach(word: string): word is MatrixReach["reach"] {
  return word in REACHES;
}

/** What a source does not reach is not listed: mostly that is nearly everybody. */
function lists({ sources, edges }: Part, style: Style): string {
  const lines = sources.flatMap(({ id }) => {
    const own = edges.filter(({ from }) => from === id);
    const all = (reach: MatrixReach["reach"]) =>
      own.filter((edge) => edge.reach === reach).map(({ to }) => to);
    const [yes, depends] = [all("yes"), all("depends")];
    if (yes.length + depends.length === 0) return [[`    ${id}`, "reaches none of them"]];
    return [
      ...(yes.length === 0 ? [] : [[`    ${id}`, `reaches ${yes.join(", ")}`]]),
      ...(depends.length === 0 ? [] : [[`    ${id}`, `may reach ${depends.join(", ")}`]]),
    ];
  });
  return columns(lines)
    .map((line) => fitted(style, line, 0))
    .join("\n");
}

/** Which rule lets the example of an edge through, and what else it hangs on. */
function reasons({ edges }: Part, style: Style): readonly string[] {
  const open = edges.filter(({ reach }) => reach !== "no");
  if (open.length === 0) return [];
  const rows = open
    .slice(0, MAXIMUM_REASONS)
    .map(({ from, to, reach, by, example }) => [
      `    ${from} → ${to}`,
      reach,
      ...(example === null ? ["no example is told"] : deciderCells(by)),
    ]);
  const lines = columns(rows).flatMap((line, i) => {
    const on = open[i]?.dependsOn ?? [];
    const depends = on.length === 0 ? [] : [`      depends on ${on.map(shown).join(", ")}`];
    return [line, ...depends].map((one) => fitted(style, one, 0));
  });
  const more = open.length - rows.length;
  return [[...lines, ...(more > 0 ? [`    and ${more} more: see --json`] : [])].join("\n")];
}
