import { loadavg } from "node:os";
import { type LabPlan, type PlanName, planNamed } from "../plan.ts";
import { RULE_POSITIONS, type RulePosition } from "../ruleset.ts";
import { CONTROLS, type ControlName, type ControlResult, control, FAULTS } from "./control.ts";
import { type GateResult, gate } from "./gate.ts";
import { type NetKind, type NetResult, net, withoutBrokenIntents } from "./net.ts";
import { awaitGreen, type Rig, withRig } from "./rig.ts";
import { type WitnessResult, witness } from "./witness.ts";

export const SCENES = ["gate", "net", "witness", "controls", "renamed"] as const;
export type SceneName = (typeof SCENES)[number];

export function isSceneName(word: string): word is SceneName {
  return SCENES.some((scene) => scene === word);
}

export type SceneResult = (GateResult | NetResult | WitnessResult | ControlResult) & {
  readonly plan: PlanName;
  /** Processes that ran or waited to when the scene was over: a busy machine is slower. */
  readonly machineLoad: number;
};

/** Scenes that are played in one lab; what one leaves behind must not colour the next. */
interface Act {
  readonly scene: SceneName;
  readonly plan: LabPlan;
  readonly title: string;
  readonly edit?: (networkFile: string) => string;
  readonly play: (rig: Rig, tell: Tell) => Promise<void>;
}

type Tell = (result: GateResult | NetResult | WitnessResult | ControlResult) => void;

/** Milliseconds that the fatal rule stays in, until a person has read what was told and undoes it. */
const OUTAGE_MS = 15_000;

function actsOf({ prefix, runs }: ReportOptions): readonly Act[] {
  const mail = planNamed("mail", prefix);
  const renamed = planNamed("renamed", prefix === undefined ? undefined : `${prefix}r-`);
  return [
    {
      scene: "gate",
      plan: mail,
      title: "gate",
      play: async (rig, tell) => {
        for (const position of RULE_POSITIONS) tell(await gate(rig, position));
      },
    },
    netAct(mail, "override", runs),
    { ...netAct(mail, "probes", runs), edit: withoutBrokenIntents },
    ...RULE_POSITIONS.map((position) => witnessAct("witness", mail, position)),
    ...CONTROLS.map((which) => controlAct("controls", mail, which)),
    witnessAct("renamed", renamed, "first"),
    ...CONTROLS.map((which) => controlAct("renamed", renamed, which)),
  ];
}

function netAct(plan: LabPlan, by: NetKind, runs: number): Act {
  return {
    scene: "net",
    plan,
    title: `net, ${by}`,
    play: async (rig, tell) => {
      for (let run = 1; run <= runs; run++)
        for (const position of RULE_POSITIONS) {
          const insist = run === 1 ? null : "it is measured once more";
          tell(await net(rig, { position, by, insist }));
          await awaitGreen(rig.server);
        }
    },
  };
}

function witnessAct(scene: SceneName, plan: LabPlan, position: RulePosition): Act {
  const play = async (rig: Rig, tell: Tell) =>
    tell(await witness(rig, { position, outageMs: OUTAGE_MS }));
  return { scene, plan, title: `witness, ${position}`, play };
}

function controlAct(scene: SceneName, plan: LabPlan, which: ControlName): Act {
  const play = async (rig: Rig, tell: Tell) => tell(await control(rig, which));
  return { scene, plan, title: `control: ${FAULTS[which].title}`, play };
}

export interface Report {
  readonly startedMs: number;
  readonly results: readonly SceneResult[];
  /** Acts that broke off, with the reason. */
  readonly faults: readonly string[];
}

export interface ReportOptions {
  /** Of the namespaces; default: the plans' own. */
  readonly prefix?: string;
  /** How often each change is applied: once to see it, ten times to measure it. */
  readonly runs: number;
}

/** Who hears of a report while it is made. */
export interface Audience {
  /** A line of each scene. */
  readonly say: (line: string) => void;
  /** All so far, after each scene: a run that breaks off has been of use. */
  readonly keep: (report: Report) => void;
}

/** Plays the scenes one after the other. */
export async function playScenes(
  wanted: readonly SceneName[],
  options: ReportOptions,
  { say, keep }: Audience,
): Promise<Report> {
  const startedMs = Date.now();
  const results: SceneResult[] = [];
  const faults: string[] = [];
  for (const { scene, plan, title, edit, play } of actsOf(options)) {
    if (!wanted.includes(scene)) continue;
    let beganMs = Date.now();
    const tell: Tell = (result) => {
      results.push({ ...result, plan: plan.name, machineLoad: loadavg()[0] ?? 0 });
      const isNamed = !("position" in result) || title.endsWith(result.position);
      const name = isNamed ? title : `${title}, ${result.position}`;
      const found = result.problems.length === 0 ? "as promised" : result.problems.join("; ");
      say(`${plan.name}: ${name}: ${found} (${((Date.now() - beganMs) / 1000).toFixed(0)} s)`);
      beganMs = Date.now();
      keep({ startedMs, results, faults });
    };
    try {
      const rigOptions = { name: scene, ...(edit === undefined ? {} : { edit }) };
      await withRig(plan, rigOptions, (rig) => play(rig, tell));
    } catch (fault) {
      const words = fault instanceof Error ? fault.message : String(fault);
      faults.push(`${plan.name}: ${title}: ${words}`);
      say(`${plan.name}: ${title}: broke off: ${words}`);
    }
  }
  return { startedMs, results, faults };
}
