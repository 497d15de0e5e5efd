import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import { own } from "../../engine/base/own.ts";
import { schemaProblems } from "../inventory/schemaProblems.ts";
import { readYaml, type YamlPath, type YamlText } from "../inventory/yaml.ts";
import type { DrillAction } from "./actions.ts";
import type { DrillCode } from "./codes.ts";
import type { Drill } from "./model.ts";
import { type DrillText, drillSchema } from "./schema.ts";

/** A drill, and what is wrong with its file. */
export interface DrillResult {
  /** Null: it is not used. */
  readonly file: DrillFile | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** A drill with how its wrong remedies are done: tests play each. */
export interface DrillFile {
  readonly drill: Drill;
  readonly tries: ReadonlyMap<string, readonly DrillAction[]>;
}

/** Reads one file; each mistake is told at its line. */
export function parseDrill(file: string, source: string): DrillResult {
  const yaml = readYaml(file, source);
  if (yaml.problems.length > 0)
    return {
      file: null,
      diagnostics: yaml.problems.map(({ message, span }) =>
        problem("PM5401", message, span, "mend the line; the rest of the file is not read"),
      ),
    };
  const shape = drillSchema.safeParse(yaml.value ?? {});
  if (!shape.success) return { file: null, diagnostics: schemaProblems(shape.error, yaml, SHAPE) };
  const diagnostics = contradictions(yaml, shape.data);
  if (diagnostics.length > 0) return { file: null, diagnostics };
  const { wrong } = shape.data;
  const tries = new Map(Object.entries(wrong).map(([id, one]) => [id, one.try]));
  return { file: { drill: build(idOf(file), shape.data), tries }, diagnostics };
}

const SHAPE = {
  code: "PM5402",
  what: "the drill",
  help: "the keys are listed in docs/reference/drill.schema.json",
} as const;
const ALL_POINTS = 100;

function problem(
  code: DrillCode,
  message: string,
  span: Diagnostic["span"],
  help: string,
): Diagnostic {
  return { code, severity: "error", message, span, related: [], help };
}

function contradictions(yaml: YamlText, text: DrillText): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const tell = (message: string, path: YamlPath, help: string) =>
    found.push(problem("PM5403", message, yaml.spanOf(path), help));
  const { suspects, truth, weights, breaks } = text;
  if (own(suspects, truth.suspect) === undefined)
    tell(
      `\`${truth.suspect}\` is none of the suspects`,
      ["truth", "suspect"],
      `name one of ${Object.keys(suspects).join(", ")}`,
    );
  const sum = Object.values(weights).reduce((all, one) => all + one, 0);
  if (sum !== ALL_POINTS)
    tell(`the weights make ${sum} points`, ["weights"], `they have to make ${ALL_POINTS}`);
  for (const [index, { second }] of breaks.entries())
    if (second < (breaks[index - 1]?.second ?? 0))
      tell("breaks before the one above it", ["breaks", index, "second"], "put them in order");
  return found;
}

function build(id: string, text: DrillText): Drill {
  const { suspects, wrong, playbook, begins, truth, ...rest } = text;
  return {
    id,
    ...rest,
    story: text.story.trim(),
    beginsMs: Date.parse(begins),
    suspects: Object.entries(suspects).map(([suspect, words]) => ({ id: suspect, text: words })),
    truth: { ...truth, cause: truth.cause.trim(), remedy: truth.remedy.trim() },
    wrong: Object.entries(wrong).map(([name, { when, harm, points }]) => ({
      id: name,
      when,
      harm,
      points,
    })),
    playbook: {
      id: playbook.id,
      steps: Object.entries(playbook.steps).map(([step, one]) => ({ id: step, ...one })),
    },
  };
}

/** `drills/origin.yaml` is `origin`. */
function idOf(file: string): string {
  return (file.split("/").at(-1) ?? file).replace(/\.ya?ml$/, "");
}
