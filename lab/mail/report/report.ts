import { RULE_POSITIONS } from "../hand.ts";
import { type LabPlan, planNamed } from "../plan.ts";
import { withRig } from "./rig.ts";
import { type WitnessResult, witness } from "./witness.ts";

export const SCENES = ["witness"] as const;
export type SceneName = (typeof SCENES)[number];

export type SceneResult = WitnessResult & { readonly plan: string };

export function isSceneName(word: string): word is SceneName {
  return SCENES.some((scene) => scene === word);
}

/** A scene, ready to be played in a lab of its own: what one leaves behind must not colour the next. */
interface Scene {
  readonly scene: SceneName;
  readonly title: string;
  readonly plan: LabPlan;
  readonly play: () => Promise<SceneResult>;
}

/** Milliseconds that the fatal rule stays in, until a person has read what was told and undoes it. */
const OUTAGE_MS = 15_000;

function scenesOf(prefix: string | undefined): readonly Scene[] {
  const plan = planNamed("mail", prefix);
  return RULE_POSITIONS.map((position) => ({
    scene: "witness",
    title: `witness, ${position}: put in by hand, found, undone`,
    plan,
    play: async () => ({
      plan: plan.name,
      ...(await withRig(plan, { name: "witness" }, (rig) =>
        witness(rig, { position, outageMs: OUTAGE_MS }),
      )),
    }),
  }));
}

export interface Report {
  readonly startedMs: number;
  readonly results: readonly SceneResult[];
}

/** Plays the scenes one after the other, and says a line of each. */
export async function playScenes(
  wanted: readonly SceneName[],
  prefix: string | undefined,
  say: (line: string) => void,
): Promise<Report> {
  const startedMs = Date.now();
  const results: SceneResult[] = [];
  for (const { title, play } of scenesOf(prefix).filter(({ scene }) => wanted.includes(scene))) {
    const beganMs = Date.now();
    const result = await play();
    results.push(result);
    const seconds = ((Date.now() - beganMs) / 1000).toFixed(0);
    const found = result.problems.length === 0 ? "as promised" : result.problems.join("; ");
    say(`${title}: ${found} (${seconds} s)`);
  }
  return { startedMs, results };
}
