import { z } from "zod";
import { seededRandom } from "../../engine/bdd/index.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Network } from "../inventory/model.ts";
import { ask, type DeviceQuestion } from "./ask.ts";
import { certainly, type Decider, type Verdict } from "./certain.ts";
import { explain } from "./explain.ts";
import { surroundingsOf } from "./packets.ts";
import { askableDevice, type RulesOptions, runningRules } from "./runningRules.ts";

export interface QuestionOptions extends RulesOptions {
  readonly network: () => Network;
}

/** A question from the rules that run on a device. */
export interface Question extends DeviceQuestion {
  /** Holds all that grading needs: nobody keeps what was asked. */
  readonly id: string;
  readonly device: string;
}

export interface Questions {
  readonly questions: readonly Question[];
  /** Devices that are not asked about, and why. */
  readonly notAsked: readonly string[];
}

/** What somebody says becomes of the packet, and what they take for what decides. */
export interface Answer {
  readonly question: string;
  readonly verdict: Verdict;
  readonly rule: string;
}

export interface Grade {
  readonly verdict: { readonly right: Verdict; readonly isRight: boolean };
  readonly rule: Decider & { readonly isRight: boolean };
  readonly explanation: readonly string[];
}

/** Questions about packets, from the team's own rules; the interpreter grades, and nothing of it is kept. */
export function openQuestions({ network, ...rulesOf }: QuestionOptions) {
  const askOne = async (name: string, seed: number, count: number): Promise<DeviceSet> => {
    const rules = await runningRules(rulesOf, name);
    if (rules.kind === "refusal") return none(`${name}: ${rules.reason}; ${rules.help}`);
    const { device, hash, notSeen } = rules;
    if (notSeen.length > 0)
      return none(`${name}: not all of it could be read: ${notSeen.join("; ")}`);
    if (!device.tables.some(({ chains }) => chains.some(({ rules }) => rules.length > 0)))
      return none(`${name}: it has no rules`);
    const around = surroundingsOf(network(), name);
    const { questions, uncertainOn } = ask(device, around, seededRandom(seed), count);
    if (questions.length === 0) return none(`${name}: ${whyNone(uncertainOn)}`);
    const idOf = (packet: string) => toId({ device: name, hash, packet });
    return {
      questions: questions.map((one) => ({ ...one, id: idOf(one.packet), device: name })),
      why: null,
    };
  };
  return {
    /** The same for the same seed, as long as the same rules run. */
    async ask(seed: number, count: number): Promise<Questions> {
      const sets: DeviceSet[] = [];
      for (const name of network().devices.keys()) sets.push(await askOne(name, seed, count));
      return {
        questions: inTurn(sets.map(({ questions }) => questions)).slice(0, count),
        notAsked: sets.flatMap(({ why }) => why ?? []),
      };
    },
    async grade({ question, verdict, rule }: Answer): Promise<Grade | Refusal> {
      const asked = fromId(question);
      if (asked === null)
        return refuseUnknown("there is no such question", "send the id as it was asked");
      const { device: name, hash, packet } = asked;
      if (!network().devices.has(name))
        return refuseUnknown(`there is no device \`${name}\` any more`, "ask for other questions");
      const snapshot = await rulesOf.snapshotOf(hash, name);
      const device = snapshot === null ? null : askableDevice(snapshot);
      if (device === null)
        return refuseUnknown(
          `the rules of \`${name}\` that it is about are not kept`,
          "ask for other questions",
        );
      const end = certainly(device, packet);
      if (end.kind === "uncertain")
        return refuse("nobody can say for certain what becomes of it", "ask for other questions");
      return {
        verdict: { right: end.verdict, isRight: verdict === end.verdict },
        rule: { ...end.decider, isRight: rule === end.decider.id },
        explanation: explain(end),
      };
    },
  };
}

/** Questions about one device, or why there are none. */
interface DeviceSet {
  readonly questions: readonly Question[];
  readonly why: string | null;
}

function none(why: string): DeviceSet {
  return { questions: [], why };
}

function whyNone(uncertainOn: readonly string[]): string {
  return uncertainOn.length === 0
    ? "no packet between hosts of the network file comes near its rules"
    : `no packet was found whose end is certain: it hangs on ${uncertainOn.join(", ")}`;
}

/** One of each device after the other, so that none is forgotten. */
function inTurn(sets: readonly (readonly Question[])[]): readonly Question[] {
  const longest = Math.max(0, ...sets.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => sets.flatMap((one) => one[at] ?? [])).flat();
}

/** Characters of a packet, with every field that questions name. */
const MAXIMUM_PACKET = 500;
const askedShape = z.strictObject({
  device: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  packet: z.string().max(MAXIMUM_PACKET),
});
type AskedAbout = z.infer<typeof askedShape>;

function toId(asked: AskedAbout): string {
  return Buffer.from(JSON.stringify(asked)).toString("base64url");
}

/** Null: it is none of ours. */
function fromId(id: string): AskedAbout | null {
  try {
    return askedShape.parse(JSON.parse(Buffer.from(id, "base64url").toString("utf8")));
  } catch {
    return null;
  }
}
