import type { LoadCount, MailCount } from "../mailCount.ts";
import { type ControlResult, FAULTS } from "./control.ts";
import type { GateResult } from "./gate.ts";
import type { NetResult } from "./net.ts";
import type { Report, SceneResult } from "./report.ts";
import type { WitnessResult } from "./witness.ts";

/** The report as Markdown. */
export function reportText({ startedMs, results, faults }: Report): string {
  const of = <Kind extends SceneResult["kind"]>(kind: Kind) =>
    results.filter((one): one is Extract<SceneResult, { kind: Kind }> => one.kind === kind);
  const loads = results.map(({ machineLoad }) => machineLoad.toFixed(1));
  const parts = [
    "# The origin, played again",
    `${new Date(startedMs).toISOString().slice(0, 16).replace("T", " ")} UTC, by \`npm run lab -- report\`; ` +
      `1-minute load of the machine behind each scene: ${loads.join(", ")}. ` +
      "In the origin 3 h 30 min passed from the rule to its end, and customers noticed first.",
    ...section("Gate: the rule comes as a change", of("gate"), gateText),
    ...section("Net: the change is applied all the same", of("net"), netText),
    ...section("Witness: the rule is put in by hand", of("witness"), witnessText),
    ...section("Controls: no rule has caused it", of("control"), controlText),
    ...mailText(results),
    ...problemsText(results, faults),
  ];
  return `${parts.join("\n\n")}\n`;
}

function section<Result>(
  title: string,
  all: readonly Result[],
  text: (all: readonly Result[]) => readonly string[],
): readonly string[] {
  return all.length === 0 ? [] : [`## ${title}`, ...text(all)];
}

function gateText(all: readonly GateResult[]): readonly string[] {
  return [
    table(
      ["position", "proved in", "rule", "breaks", "apply, although approved"],
      all.map(({ position, provedMs, rule, broken, refusal }) => [
        position,
        seconds(provedMs),
        rule === null ? "none" : code(rule),
        broken.join(", "),
        refusal === null ? "let through" : `refused: ${refusal}`,
      ]),
    ),
  ];
}

function netText(all: readonly NetResult[]): readonly string[] {
  return [
    ...speedText(all),
    table(
      [
        "how it came to be applied",
        "position",
        "end",
        "load → looked, told to take back, taken back, mail begun",
        "load → a mail begun after that arrives outside",
        "what said no",
        "said no, and may not",
      ],
      all.map((one) => [
        one.by === "override"
          ? `override of ${one.overridden.join(", ")}`
          : "no intent tells of it",
        one.position,
        one.state,
        [stepMs(one, "loaded"), stepMs(one, "rollingBack"), one.rolledBackMs, one.sentMs]
          .map(seconds)
          .join(", "),
        seconds(one.deliveredMs),
        one.failed.join("; "),
        one.excused.join("; ") || "nothing",
      ]),
    ),
  ];
}

function stepMs({ steps }: NetResult, kind: string): number | null {
  return steps.find((step) => step.kind === kind)?.ms ?? null;
}

/** Median and worst, where each position was played several times. */
function speedText(all: readonly NetResult[]): readonly string[] {
  const nameOf = ({ by, position }: NetResult) => `${by}, ${position}`;
  const groups = [...new Set(all.map(nameOf))].map(
    (name) => [name, all.filter((one) => nameOf(one) === name)] as const,
  );
  if (groups.every(([, runs]) => runs.length < 2)) return [];
  const spread = (times: readonly (number | null)[]) => {
    const known = times.filter((ms) => ms !== null).sort((a, b) => a - b);
    const isWhole = known.length === times.length;
    const median = known[Math.floor(known.length / 2)] ?? null;
    return `${seconds(median)}, ${seconds(isWhole ? (known.at(-1) ?? null) : null)}`;
  };
  return [
    table(
      ["change", "runs", "load → rolled back: median, worst", "load → mail outside: median, worst"],
      groups.map(([name, runs]) => [
        name,
        String(runs.length),
        spread(runs.map(({ rolledBackMs }) => rolledBackMs)),
        spread(runs.map(({ deliveredMs }) => deliveredMs)),
      ]),
    ),
  ];
}

type Planned<Result> = Result & { readonly plan: string };

function witnessText(all: readonly Planned<WitnessResult>[]): readonly string[] {
  return [
    table(
      [
        "plan",
        "position",
        "rule → difference told",
        "→ incident",
        "→ its cause",
        "undo takes",
        "rule → undone",
        "→ all symptoms over",
      ],
      all.map((one) => [
        one.plan,
        one.position,
        seconds(one.differenceMs),
        seconds(one.openedMs),
        seconds(one.causeMs),
        seconds(one.undoMs),
        seconds(one.undoneMs),
        seconds(one.recoveredMs),
      ]),
    ),
    knownText(all),
    ...all.map((one) =>
      [
        `**${one.plan}, ${one.position}.** ${code(one.rules.join("; "))}, put in by ${one.by ?? "nobody knows whom"}.`,
        "",
        ...one.explains.map((text) => `- follows from it: ${text}`),
        ...one.unexplained.map((text) => `- not tied to it: ${text}`),
        ...one.contradicted.map((flow) => `- worked all the same: ${flow}`),
        `- undone: ${one.undoText}`,
      ].join("\n"),
    ),
  ];
}

/** Who knew first: premortem, or those whom it hurt. */
function knownText(all: readonly Planned<WitnessResult>[]): string {
  return table(
    [
      "plan",
      "position",
      "rule → its cause told",
      "→ the first complaint",
      "complaints",
      "→ told to be a surge",
      "incidents",
      "pages",
    ],
    all.map(({ plan, position, causeMs, complaints }) => [
      plan,
      position,
      seconds(causeMs),
      seconds(complaints.firstMs),
      String(complaints.sent),
      seconds(complaints.surgeMs),
      String(complaints.incidents),
      String(complaints.pages),
    ]),
  );
}

function controlText(all: readonly Planned<ControlResult>[]): readonly string[] {
  return [
    table(
      [
        "plan",
        "what broke",
        "the harmless rule is called",
        "outage → incident",
        "→ answer",
        "answer",
        "end of the outage → all symptoms over",
      ],
      all.map((one) => [
        one.plan,
        FAULTS[one.control].title,
        `${one.meaning ?? "nothing"}, after ${seconds(one.meaningMs)}`,
        seconds(one.openedMs),
        seconds(one.answeredMs),
        one.answer === "notByRules" ? "not explained by any difference" : (one.answer ?? "none"),
        seconds(one.recoveredMs),
      ]),
    ),
    ...all.map((one) =>
      [
        `**${one.plan}, ${FAULTS[one.control].title}.**`,
        "",
        ...one.ruledOut.map((rule) => `- ruled out: ${code(rule)}`),
        ...one.evidence.map((text) => `- seen: ${text}`),
      ].join("\n"),
    ),
  ];
}

/** What became of the mails of each scene. */
function mailText(results: readonly SceneResult[]): readonly string[] {
  const loads = results.flatMap((one) => ("load" in one ? [[nameOf(one), one.load] as const] : []));
  if (loads.length === 0) return [];
  const head = [
    "scene",
    "direction",
    "sent",
    "arrived",
    "late (> 5 s)",
    "the latest",
    "refused (the sender knows)",
    "bounced",
    "lost",
    "twice",
  ];
  const row = (name: string, direction: string, count: MailCount) => [
    name,
    direction,
    ...[count.sent, count.arrived, count.late].map(String),
    seconds(count.latestMs),
    ...[count.refused, count.bounced.length, count.missing.length, count.twice].map(String),
  ];
  const rows = loads.flatMap(([name, load]) => [
    row(name, "out", load.out),
    row(name, "in", load.in),
  ]);
  return ["## Mails", table(head, rows), ...loads.flatMap(([name, load]) => bounces(name, load))];
}

function bounces(name: string, load: LoadCount): readonly string[] {
  const all = [...load.out.bounced, ...load.in.bounced];
  return all.length === 0
    ? []
    : [`Bounced in ${name}:\n\n${all.map(({ id, cause }) => `- ${id}: ${cause}`).join("\n")}`];
}

function nameOf(one: SceneResult): string {
  switch (one.kind) {
    case "control":
      return `control, ${one.plan}, ${one.control}`;
    case "net":
      return `net, ${one.by}, ${one.position}`;
    default:
      return `${one.kind}, ${one.plan}, ${one.position}`;
  }
}

function problemsText(
  results: readonly SceneResult[],
  faults: readonly string[],
): readonly string[] {
  const all = [
    ...faults.map((fault) => `- broke off: ${fault}`),
    ...results.flatMap((one) => one.problems.map((problem) => `- ${nameOf(one)}: ${problem}`)),
  ];
  return all.length === 0 ? [] : ["## Not as promised", all.join("\n")];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function seconds(ms: number | null): string {
  return ms === null ? "never" : `${(ms / 1000).toFixed(2)} s`;
}

function code(text: string): string {
  return `\`${text}\``;
}
