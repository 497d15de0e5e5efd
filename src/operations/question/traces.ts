import { decidedBy, placeOf, type RulePlace, tableText } from "../../engine/answer/decision.ts";
import { answerTrace, type TraceAnswer } from "../../engine/answer/trace.ts";
import type { Device } from "../../engine/device/device.ts";
import { type Interpretation, interpret } from "../../engine/interpret/interpret.ts";
import type { PathStep } from "../../engine/interpret/outcome.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";
import type { PacketSpec } from "../../engine/packet/packet.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { CandidateQuestion } from "../change/candidateRules.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { endAt, type Surroundings, surroundingsOf } from "./packets.ts";
import { MAXIMUM_CHARACTERS, type RulesOptions, runningRules } from "./runningRules.ts";

/** What the rules of a device do with one packet, and the way that it takes. */
export interface DeviceTrace extends Omit<TraceAnswer, "path" | "formatVersion"> {
  readonly kind: "trace";
  readonly device: string;
  /** The snapshot that it was asked about. */
  readonly hash: string;
  /** The change whose files were put on it; null: what runs. */
  readonly change: number | null;
  readonly notSeen: readonly string[];
  /** As far as all outcomes go the same way. */
  readonly steps: readonly WalkStep[];
}

/** One base chain that saw the packet. */
export interface WalkStep {
  readonly hook: string;
  readonly table: string;
  readonly chain: string;
  readonly decision: PathStep["decision"];
  /** Rules that matched and let it go on, in order. */
  readonly matched: readonly RulePlace[];
  /** Null: the policy decided, or nothing did. */
  readonly rule: RulePlace | null;
}

export interface TraceOptions extends RulesOptions {
  readonly network: () => Network;
  /** The rules that a change would make of what was read; the compiler has its hand in them, so they are handed in. */
  readonly candidate: (question: CandidateQuestion) => Promise<Device | Refusal>;
}

/** Asks the interpreter, as the command line does: what walks a packet rule by rule can show the way. */
export function openTraces({ network, candidate, ...rulesOf }: TraceOptions) {
  /** What runs, or with a change what would. */
  const rulesFor = async (device: NetworkDevice, change: number | null) => {
    const rules = await runningRules(rulesOf, device.name);
    if (rules.kind === "refusal" || change === null) return rules;
    const { snapshot } = rules;
    const question = { id: change, device, snapshot, maximumCharacters: MAXIMUM_CHARACTERS };
    const changed = await candidate(question);
    return "reason" in changed ? changed : { ...rules, device: changed };
  };
  return {
    /** `change`: the number of one whose files are put on what runs; null: what runs is asked. */
    async trace(
      name: string,
      packet: string,
      change: number | null = null,
    ): Promise<DeviceTrace | Refusal> {
      const asOf = network().devices.get(name);
      if (asOf === undefined)
        return refuseUnknown(`there is no device \`${name}\``, "see `premortem status`");
      const rules = await rulesFor(asOf, change);
      if (rules.kind === "refusal") return rules;
      const around = surroundingsOf(network(), name);
      const asked = parsePacket(packet);
      if (isNotationError(asked)) return refuse(`no packet: ${asked.message}`, asked.help);
      const text = withInterfaces(asked, around);
      const spec = parsePacket(text);
      if (isNotationError(spec)) return refuse(`no packet: ${spec.message}`, spec.help);
      const interpretation = interpret(rules.device, spec, { host: null });
      const { path: _, formatVersion: __, ...answer } = answerTrace(text, interpretation);
      const { hash, notSeen } = rules;
      return {
        kind: "trace",
        device: name,
        hash,
        change,
        notSeen,
        ...answer,
        steps: walkOf(interpretation),
      };
    },
  };
}

/** Where the network file says where hosts lie, a packet does not have to say it again. */
function withInterfaces(asked: PacketSpec, around: Surroundings): string {
  const { text, family, source, destination, path } = asked;
  const behind = (address: bigint | null) => {
    const place = address === null ? undefined : endAt(address, family, around)?.place;
    return place === undefined || place === "own" ? null : place.interface;
  };
  const from = asked.in === null && path !== "output" ? behind(source) : null;
  const to = asked.out === null && path !== "input" ? behind(destination) : null;
  return [
    text,
    ...(from === null ? [] : [`in=${from}`]),
    ...(to === null ? [] : [`out=${to}`]),
  ].join(" ");
}

/** The steps that all outcomes begin with, and the rules that match in all of them. */
function walkOf({ outcomes }: Interpretation): readonly WalkStep[] {
  const [first, ...others] = outcomes;
  const steps = first?.steps ?? [];
  const differs = steps.findIndex((step, at) =>
    others.some(({ steps: theirs }) => !isSameStep(step, theirs[at])),
  );
  const common = differs < 0 ? steps : steps.slice(0, differs);
  return common.map((step, at) => {
    const last = step.by.kind === "rule" ? step.by.rule : null;
    const matched = step.matched.filter(
      (rule) =>
        rule !== last && others.every(({ steps: theirs }) => theirs[at]?.matched.includes(rule)),
    );
    return {
      hook: step.hook,
      table: tableText(step.table),
      chain: step.chain,
      decision: step.decision,
      matched: matched.map(placeOf),
      rule: decidedBy(step.by).rule,
    };
  });
}

function isSameStep(step: PathStep, other: PathStep | undefined): boolean {
  return (
    other !== undefined &&
    step.hook === other.hook &&
    step.chain === other.chain &&
    tableText(step.table) === tableText(other.table) &&
    step.decision === other.decision &&
    decidedBy(step.by).rule?.line === decidedBy(other.by).rule?.line
  );
}
