import { createHash } from "node:crypto";
import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";
import { parseAddressRange } from "../inventory/addresses.ts";
import type { Network } from "../inventory/model.ts";
import { isProbe } from "../inventory/monitors.ts";
import { schemaProblems } from "../inventory/schemaProblems.ts";
import { parseService } from "../inventory/services.ts";
import { readYaml, type YamlPath, type YamlText } from "../inventory/yaml.ts";
import type { PlaybookCode } from "./codes.ts";
import type { CauseKind, Playbook, PlaybookStep } from "./model.ts";
import { type PlaybookText, playbookSchema } from "./schema.ts";

/** A playbook, and what is wrong with its file. Null: it is not used. */
export interface PlaybookResult {
  readonly playbook: Playbook | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one file; each mistake is told at its line. Names are looked up where a network is given. */
export function parsePlaybook(file: string, text: string, network: Network | null): PlaybookResult {
  const yaml = readYaml(file, text);
  if (yaml.problems.length > 0)
    return {
      playbook: null,
      diagnostics: yaml.problems.map(({ message, span }) => ({
        ...problem("PM5101", message, span, "mend the line; the rest of the file is not read"),
      })),
    };
  const shape = playbookSchema.safeParse(yaml.value ?? {});
  if (!shape.success)
    return { playbook: null, diagnostics: schemaProblems(shape.error, yaml, SHAPE) };
  const draft: Draft = { yaml, text: shape.data, diagnostics: [] };
  checkSteps(draft);
  checkDay(draft);
  if (network !== null) checkNames(draft, network);
  const isUsed = draft.diagnostics.length === 0;
  return {
    playbook: isUsed ? build(file, text, shape.data) : null,
    diagnostics: draft.diagnostics,
  };
}

const SHAPE = {
  code: "PM5102",
  what: "the playbook",
  help: "the keys are listed in docs/reference/playbook.schema.json",
} as const;

interface Draft {
  readonly yaml: YamlText;
  readonly text: PlaybookText;
  readonly diagnostics: Diagnostic[];
}

function problem(
  code: PlaybookCode,
  message: string,
  span: Diagnostic["span"],
  help: string,
): Diagnostic {
  return { code, severity: "error", message, span, related: [], help };
}

function tell(
  { yaml, diagnostics }: Draft,
  code: PlaybookCode,
  message: string,
  path: YamlPath,
  help: string,
): void {
  diagnostics.push(problem(code, message, yaml.spanOf(path), help));
}

function checkSteps(draft: Draft): void {
  const { steps, paper } = draft.text;
  const seen = new Set<string>();
  for (const [index, step] of steps.entries()) {
    const path = ["steps", index] as const;
    if (seen.has(step.id))
      tell(draft, "PM5105", `two steps are called \`${step.id}\``, [...path, "id"], "rename one");
    seen.add(step.id);
    if (paper && step.kind !== "person")
      tell(
        draft,
        "PM5107",
        `premortem is down then, and cannot do \`${step.id}\``,
        [...path, "kind"],
        "make it a step by a person, with the command to type",
      );
    if (step.kind !== "trace") continue;
    const packet = parsePacket(step.packet, { lengthIsExtra: false });
    if (isNotationError(packet))
      tell(draft, "PM5104", packet.message, [...path, "packet"], packet.help);
  }
}

function checkDay(draft: Draft): void {
  const day = draft.text["review-by"];
  if (isDay(day)) return;
  tell(draft, "PM5106", `\`${day}\` is no day`, ["review-by"], "write it as `2027-05-31`");
}

/** Whether it stands in the calendar: `2027-02-30` does not. */
function isDay(day: string): boolean {
  const atMs = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString().startsWith(day);
}

function checkNames(draft: Draft, network: Network): void {
  const { devices, monitors } = network;
  const probes = monitors.filter(isProbe).map(({ id }) => id);
  for (const [index, step] of draft.text.steps.entries()) {
    const path = ["steps", index] as const;
    if (step.kind === "probe" && !probes.includes(step.probe))
      tellUnknown(draft, step.probe, [...path, "probe"], probes, "probe");
    if (step.kind === "trace" && !devices.has(step.device))
      tellUnknown(draft, step.device, [...path, "device"], [...devices.keys()], "device");
  }
  for (const [index, flow] of draft.text.when.flows.entries()) {
    const path = ["when", "flows", index] as const;
    for (const key of ["from", "to"] as const)
      if (!isEnd(network, flow[key]))
        tellUnknown(draft, flow[key], [...path, key], endsOf(network), "role, zone or device");
    if (!isService(network, flow.service))
      tell(
        draft,
        "PM5103",
        `\`${flow.service}\` is no service`,
        [...path, "service"],
        "write `tcp/25`, `smtp`, or a name under `services` that an intent uses",
      );
  }
}

function endsOf({ roles, zones, devices }: Network): readonly string[] {
  return [...roles.keys(), ...zones.keys(), ...devices.keys()];
}

function isEnd(network: Network, name: string): boolean {
  return endsOf(network).includes(name) || parseAddressRange(name) !== null;
}

function isService({ intents }: Network, name: string): boolean {
  return (
    parseService(name) !== null ||
    intents.some(({ services }) => services.some((one) => one.name === name))
  );
}

function tellUnknown(
  draft: Draft,
  name: string,
  path: YamlPath,
  known: readonly string[],
  what: string,
): void {
  const list = known.map((one) => `\`${one}\``).join(", ");
  const help = known.length === 0 ? `the network file has no ${what} yet` : `known are ${list}`;
  tell(draft, "PM5103", `there is no ${what} \`${name}\``, path, help);
}

const CAUSES: Readonly<Record<PlaybookText["when"]["cause"][number], CauseKind>> = {
  explained: "explained",
  "not-by-rules": "notByRules",
  unclear: "unclear",
  none: "none",
};

function build(file: string, source: string, text: PlaybookText): Playbook {
  const { title, owner, paper, when, about, telephone, steps } = text;
  return {
    id: idOf(file),
    title,
    owner,
    reviewBy: text["review-by"],
    when: {
      causes: when.cause.map((one) => CAUSES[one]),
      flows: when.flows,
      symptoms: when.symptoms,
      isBlind: when.blind,
    },
    isPaper: paper,
    about,
    telephone,
    steps: steps.map(stepOf),
    version: createHash("sha256").update(source).digest("hex"),
  };
}

function stepOf(step: PlaybookText["steps"][number]): PlaybookStep {
  return step.kind === "person" ? { ...step, minutes: step.minutes ?? null } : step;
}

/** `playbooks/outgoing.yaml` is `outgoing`. */
function idOf(file: string): string {
  return (file.split("/").at(-1) ?? file).replace(/\.ya?ml$/, "");
}
