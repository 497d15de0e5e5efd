import { doubtsOf, notExaminedText, notSeenTexts } from "../incident/doubts.ts";
import { REMOVED } from "../incident/edits.ts";
import { differenceText, waitingFor } from "../incident/life.ts";
import type { Incident, IncidentCause } from "../incident/model.ts";
import type { Network } from "../inventory/model.ts";
import type { IncidentStory, StoryCause, StoryTask } from "./draft.ts";
import { eachExplained, explainedInShort, failedText, impactOf, inShort } from "./inShort.ts";
import { comingText, momentsOf } from "./moments.ts";
import { proposalText, proposeIntents } from "./regression.ts";

/** What an incident has to tell, as far as it is known. */
export function storyOf(network: Network, incident: Incident): IncidentStory {
  const { cause, symptoms, timeline } = incident;
  const explained = cause?.kind === "explained" ? cause : null;
  const logins = network.people.map(({ login }) => login);
  return {
    number: incident.id,
    title: failedText(symptoms),
    beganMs: incident.beganMs,
    noticedMs: incident.openedMs,
    recoveredMs: incident.recoveredMs,
    impact: impactOf(symptoms),
    moments: momentsOf(incident, logins),
    cause: explained === null ? null : causeOf(explained, incident),
    noCause: noCauseOf(cause),
    resolution: resolutionOf(incident),
    ruledOut:
      cause === null
        ? []
        : cause.ruledOut.map(
            (one) => `${differenceText(one)}: it breaks nothing of what failed (proved)`,
          ),
    tasks: tasksOf(network, incident),
    records: {
      symptoms: symptoms.map(({ text }) => text),
      timeline: [
        ...(explained === null
          ? []
          : [{ atMs: explained.difference.atMs, text: comingText(explained.difference) }]),
        ...timeline,
      ],
      explains: explained === null ? [] : eachExplained(explained, symptoms),
    },
  };
}

/** `inet edge forward: ip saddr … drop` is a rule in its place. */
const PLACED = /^(.+?): (.*)$/s;

function causeOf(
  cause: Extract<IncidentCause, { kind: "explained" }>,
  { symptoms }: Incident,
): StoryCause {
  const { difference, rules } = cause;
  const rest = notExaminedText(cause);
  const [first = ""] = [
    ...rules.map((rule) => rule.replace(REMOVED, "")),
    ...difference.added,
    ...difference.removed,
  ];
  const [, chain = difference.device] = PLACED.exec(first) ?? [];
  const place = cause.place ? `${chain}, ${cause.place}` : chain;
  const counts = (rule: string) => rules.length === 0 || rules.includes(rule);
  const isGuiltyGone = (rule: string) => counts(`${REMOVED}${rule}`);
  const mark = difference.removed.some(isGuiltyGone);
  return {
    rule: [
      ...difference.added.filter(counts).map((rule) => ruleOf(rule, mark ? "+ " : "")),
      ...difference.removed.filter(isGuiltyGone).map((rule) => ruleOf(rule, "- ")),
    ].join("\n"),
    device: difference.device,
    place,
    by: difference.by,
    change: difference.change,
    explains: [
      ...explainedInShort(cause, symptoms),
      ...doubtsOf(cause, symptoms).map((doubt) => `Not proved to be the cause: ${doubt}.`),
      ...(rest === null ? [] : [`Not all was asked: ${rest}.`]),
    ],
  };
}

/** "Not explained" is said only where all was looked at that may be it. */
function noCauseOf(cause: IncidentCause | null): readonly string[] {
  if (cause?.kind === "notByRules") return ["Not explained by any difference of a ruleset."];
  const unseen =
    cause?.kind === "unclear" ? [...cause.reasons, ...notSeenTexts(cause.notSeen)] : [];
  return ["Not found yet.", ...unseen.map((text) => `${text}.`)];
}

function ruleOf(text: string, mark: string): string {
  return `${mark}${PLACED.exec(text)?.[2] ?? text}`;
}

function resolutionOf(incident: Incident): readonly string[] {
  const { undo } = incident;
  const waiting = waitingFor(incident);
  return [
    ...(undo === null ? [] : [`${undo.by} undid it: ${undo.text}`]),
    ...inShort(
      waiting.map(({ text }) => `Still waited for: ${text}`),
      (rest) => `and for ${rest} more`,
    ),
  ];
}

function tasksOf(network: Network, incident: Incident): readonly StoryTask[] {
  const { cause } = incident;
  const unreviewed =
    cause?.kind === "explained" && cause.difference.change === null
      ? [
          {
            text: `Let rules of ${cause.difference.device} come by reviewed changes alone`,
            check: `no difference on ${cause.difference.device} without a change`,
          },
        ]
      : [];
  const intents = [...new Set(incident.symptoms.flatMap(({ intent }) => intent?.id ?? []))].map(
    (id) => ({ text: `Keep ${id} holding`, check: `intent ${id}` }),
  );
  const proposed = proposeIntents(network, incident).map((proposal) => ({
    text: proposalText(proposal),
    check: `intent ${proposal.id}`,
  }));
  return [...unreviewed, ...intents, ...proposed];
}
