import { decidedBy, placeOf, type RulePlace, tableText } from "../../engine/answer/decision.ts";
import { answerTrace, type TraceAnswer } from "../../engine/answer/trace.ts";
import { type Interpretation, interpret } from "../../engine/interpret/interpret.ts";
import type { PathStep } from "../../engine/interpret/outcome.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";
import type { PacketSpec } from "../../engine/packet/packet.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { Network } from "../inventory/model.ts";
import { endAt, type Surroundings, surroundingsOf } from "./packets.ts";
import { type RulesOptions, runningRules } from "./runningRules.ts";

/** What the rules that run on a device do with one packet, and the way that it takes. */
export interface DeviceTrace extends Omit<TraceAnswer, "path" | "formatVersion"> {
  readonly kind: "trace";
  readonly device: string;
  /** The snapshot that it was asked about. */
  readonly hash: string;
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
}

/** Asks the interpreter, as the command line does: what walks a packet rule by rule can show the way. */
export function openTraces({ network, ...rulesOf }: TraceOptions) {
  return {
    async trace(name: string, packet: string): Promise<DeviceTrace | Refusal> {
      if (!network().devices.has(name))
        return refuseUnknown(`there is no device \`${name}\``, "see `premortem status`");
      const rules = await runningRules(rulesOf, name);
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
        notSeen,
        ...answer,
        steps: walkOf(interpretation),
      };
    },
  };
}

/** Where the network file says where hosts lie, a packet does not have to say it again. */
function withInterfaces(asked: PacketSpec, around: Surroundings): string {
  const { text, family, source, destination } = asked;
  const behind = (address: bigint | null) => {
    const place = address === null ? undefined : endAt(address, family, around)?.place;
    return place === undefined || place === "own" ? null : place.interface;
  };
  const from = asked.in === null ? behind(source) : null;
  const to = asked.out === null ? behind(destination) : null;
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
