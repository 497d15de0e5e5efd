import { differenceText } from "../incident/life.ts";
import type { Incident, IncidentCause } from "../incident/model.ts";

/* What a postmortem says of many symptoms: the first ones, and how many more there are. */

type Symptoms = Incident["symptoms"];
type Explained = Extract<IncidentCause, { kind: "explained" }>;

/** Lines of one kind that stand in the body. */
const SHOWN = 3;
/** Characters of a title that is made of what was felt. */
const MAXIMUM_TITLE = 60;

/** The first lines, and one that counts the others. */
export function inShort(
  lines: readonly string[],
  rest: (count: number) => string,
): readonly string[] {
  const more = lines.length - SHOWN;
  return more <= 0 ? lines : [...lines.slice(0, SHOWN), rest(more)];
}

/** What failed, and for whom: `mail-out and names broken for mail-servers`. */
export function failedText(symptoms: Symptoms): string {
  const promises = brokenIn(symptoms);
  const flows = (promises.length > 0 ? promises : symptoms).flatMap((one) => one.flows);
  const whom = unique(flows.map(({ from }) => from));
  if (promises.length > 0) {
    const names = unique(promises.flatMap(({ intent }) => intent?.id ?? []));
    return `${listed(names)} broken${whom.length === 0 ? "" : ` for ${listed(whom)}`}`;
  }
  const [first] = symptoms;
  if (first === undefined) return "nothing is known yet";
  const [flow] = first.flows;
  if (flow !== undefined) return `${flow.service} to ${flow.to} failed for ${listed(whom)}`;
  return first.text.length <= MAXIMUM_TITLE
    ? first.text
    : `${first.text.slice(0, MAXIMUM_TITLE).trimEnd()} …`;
}

/** Promises first: they say what did not work; the rest says how that was felt. */
export function impactOf(symptoms: Symptoms): readonly string[] {
  const promises = brokenIn(symptoms);
  const others = symptoms.filter((one) => !promises.includes(one));
  if (promises.length === 0)
    return inShort(
      others.map(({ text }) => text),
      (rest) => `and ${rest} more symptoms, at the end`,
    );
  const felt = others.length === 0 ? [] : [`${symptomCount(others.length)} felt of it, at the end`];
  return [...promises.map(({ text }) => text), ...felt];
}

/** How far the cause explains what was felt: each promise, and how many others. */
export function explainedInShort(cause: Explained, symptoms: Symptoms): readonly string[] {
  const promises = new Set(brokenIn(symptoms).map(({ id }) => id));
  const told = cause.explains.filter((id) => promises.has(id));
  const few = told.length > 0 ? told : cause.explains.slice(0, SHOWN);
  const more = cause.explains.length - few.length;
  const byOthers = unique(cause.others.map(({ difference }) => differenceText(difference)));
  const { unexplained } = cause;
  const [first] = unexplained;
  return [
    ...few.map((id) => explainedText(id, symptoms)),
    ...(more === 0
      ? []
      : [`${more} more ${more === 1 ? "symptom follows" : "symptoms follow"} from it (proved).`]),
    ...byOthers.map((text) => `Symptoms follow as well from ${text} (proved).`),
    ...(first === undefined
      ? []
      : unexplained.length === 1
        ? [unexplainedText(first, symptoms)]
        : [
            `It does not explain ${unexplained.length} symptoms; the first: ${textOf(first, symptoms)}.`,
          ]),
  ];
}

/** The same of each symptom. */
export function eachExplained(cause: Explained, symptoms: Symptoms): readonly string[] {
  const { explains, others, unexplained } = cause;
  return [
    ...explains.map((id) => explainedText(id, symptoms)),
    ...others.flatMap(({ difference, explains: its }) =>
      its.map(
        (id) =>
          `It follows as well from ${differenceText(difference)} (proved): ${textOf(id, symptoms)}.`,
      ),
    ),
    ...unexplained.map((id) => unexplainedText(id, symptoms)),
  ];
}

function explainedText(id: string, symptoms: Symptoms): string {
  return `It breaks what was needed (proved): ${textOf(id, symptoms)}.`;
}

function unexplainedText(id: string, symptoms: Symptoms): string {
  return `It does not explain: ${textOf(id, symptoms)}.`;
}

function textOf(id: string, symptoms: Symptoms): string {
  return symptoms.find((one) => one.id === id)?.text ?? id;
}

function brokenIn(symptoms: Symptoms): Symptoms {
  return symptoms.filter(({ intent }) => intent !== null);
}

function symptomCount(count: number): string {
  return count === 1 ? "1 symptom" : `${count} symptoms`;
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** `a`, `a and b`, `a, b, c and 2 more`. */
function listed(names: readonly string[]): string {
  const parts = inShort(names, (rest) => `${rest} more`);
  return parts.length <= 1
    ? parts.join("")
    : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
