import { isKept } from "../../engine/intents/model.ts";
import { shown, tint } from "../../report/formats/text/style.ts";
import { askFor } from "../ask.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import { SHORT_HASH } from "../server/changeText.ts";
import { type Api, type CallFault, isFault } from "../server/client.ts";
import type {
  BaselineBody,
  DeviceList,
  NetworkBody,
  PulledBody,
  RevertedBody,
} from "../server/model.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

export interface AdoptOptions extends Asking {
  /** Adopts without asking. */
  readonly yes?: boolean;
}

export interface InitOptions extends AdoptOptions {
  /** Agrees to what somebody else asked for. */
  readonly agree?: boolean;
}

/** Reads a device, and says what runs there against what was approved. */
export function pull(name: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const pulled = await read(api, name);
    if (isFault(pulled)) return pulled;
    print(options, streams, pulled, (one) => pulledText(one, streams));
    return exitOf(pulled);
  });
}

/** Reads each device, and makes what runs there its baseline once a person has looked at it. */
export function init(
  names: readonly string[],
  options: InitOptions,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const known = await api.get<DeviceList>("/v1/devices");
    if (isFault(known)) return known;
    if (options.agree === true) return agree(api, known, names, options, streams);
    const wanted = names.length > 0 ? names : withoutBaseline(known);
    if (wanted.length === 0)
      streams.error.write("every device has a baseline; name one to adopt it anew\n");
    for (const name of wanted) {
      const end = await adoptOne(api, name, options, streams);
      if (end !== null) return end;
    }
    return EXIT.clean;
  });
}

function withoutBaseline({ devices }: DeviceList): readonly string[] {
  return devices.filter(({ baseline }) => baseline === null).map(({ name }) => name);
}

/** Agrees to what was asked for on the named devices, or on all. */
async function agree(
  api: Api,
  { devices }: DeviceList,
  names: readonly string[],
  options: AdoptOptions,
  streams: Streams,
): Promise<ExitCode | CallFault> {
  const open = devices.flatMap(({ name, asked }) => (asked === null ? [] : [{ name, asked }]));
  const wanted = open.filter(({ name }) => names.length === 0 || names.includes(name));
  if (wanted.length === 0) {
    tellUsage(streams.error, "nobody asks for a second person", "look at `premortem status`");
    return EXIT.usage;
  }
  for (const { name, asked } of wanted) {
    const { hash, login, lost } = asked;
    streams.error.write(
      `${shown(login)} asks to adopt ${hash.slice(0, SHORT_HASH)} as the baseline of ${shown(name)}; it loses ${lost.map(shown).join(", ")}\n`,
    );
    const question = `Adopt it as the baseline of ${name}?`;
    if (!(await agreed(question, name, "init --agree", options, streams))) return EXIT.usage;
    const path = `/v1/devices/${encodeURIComponent(name)}/baseline/agree`;
    const adopted = await api.send<BaselineBody>("POST", path, { hash });
    if (isFault(adopted)) return adopted;
    print(options, streams, adopted, adoptedText);
  }
  return EXIT.clean;
}

function adoptedText({ device, hash }: BaselineBody): string {
  return `${shown(device)}: baseline ${hash.slice(0, SHORT_HASH)} adopted\n`;
}

/** Null: it is adopted. */
async function adoptOne(
  api: Api,
  name: string,
  options: AdoptOptions,
  streams: Streams,
): Promise<ExitCode | CallFault | null> {
  const pulled = await read(api, name);
  if (isFault(pulled)) return pulled;
  streams.error.write(pulledText(pulled, streams));
  const question = `Adopt what runs on ${name} as its baseline?`;
  if (!(await agreed(question, name, "init", options, streams))) return EXIT.usage;
  const path = `/v1/devices/${encodeURIComponent(name)}/baseline`;
  const adopted = await api.send<BaselineBody>("POST", path, { hash: pulled.hash });
  if (isFault(adopted)) return adopted;
  print(options, streams, adopted, adoptedText);
  return null;
}

/** Whether a person typed the name of the device, or said so beforehand. */
async function agreed(
  question: string,
  name: string,
  verb: string,
  { yes }: AdoptOptions,
  { error }: Streams,
): Promise<boolean> {
  if (yes === true) return true;
  const word = await askFor(`${question} Type its name: `);
  if (word === name) return true;
  tellUsage(
    error,
    word === null ? "nobody is there to be asked: nothing was done" : "nothing was done",
    `look at it, then \`premortem ${verb} ${name} --yes\``,
  );
  return false;
}

/** Takes what runs back to the baseline, once a person has looked at it. */
export function revert(name: string, options: AdoptOptions, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const pulled = await read(api, name);
    if (isFault(pulled)) return pulled;
    streams.error.write(pulledText(pulled, streams));
    const question = `Take ${name} back to its baseline?`;
    if (!(await agreed(question, name, "revert", options, streams))) return EXIT.usage;
    const path = `/v1/devices/${encodeURIComponent(name)}/revert`;
    const reverted = await api.send<RevertedBody>("POST", path, { hash: pulled.hash });
    if (isFault(reverted)) return reverted;
    print(options, streams, reverted, revertedText);
    const { stillBroken, leftAlone } = reverted;
    return stillBroken.length + leftAlone.length > 0 ? EXIT.findings : EXIT.clean;
  });
}

function revertedText(reverted: RevertedBody): string {
  const { device, removed, restored, repairs, stillBroken, leftAlone } = reverted;
  const lines = [
    leftAlone.length === 0
      ? `${shown(device)} runs its baseline again`
      : `${shown(device)} runs its baseline again in premortem's tables; others still differ: ${leftAlone.map(shown).join(", ")}`,
    ...removed.map((rule) => `  - ${shown(rule)}`),
    ...restored.map((rule) => `  + ${shown(rule)}`),
    ...(repairs.length > 0 ? [`  it holds again: ${repairs.map(shown).join(", ")}`] : []),
    ...(stillBroken.length > 0 ? [`  still broken: ${stillBroken.map(shown).join(", ")}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** Reads the network file again. */
export function reload(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const network = await api.send<NetworkBody>("POST", "/v1/network/reload");
    if (isFault(network)) return network;
    print(
      options,
      streams,
      network,
      ({ devices, intents, monitors }) =>
        `read: ${devices.length} devices, ${intents.length} intents, ${monitors.length} monitors\n`,
    );
    return EXIT.clean;
  });
}

function read(api: Api, name: string): Promise<PulledBody | CallFault> {
  return api.send<PulledBody>("POST", `/v1/devices/${encodeURIComponent(name)}/pull`);
}

function broken({ intents }: PulledBody) {
  return intents.filter(({ status }) => status === "broken");
}

function undecided({ intents }: PulledBody) {
  return intents.filter(({ status }) => status === "undecided");
}

/** What was not seen may break any promise. */
function exitOf(pulled: PulledBody): ExitCode {
  if (broken(pulled).length > 0) return EXIT.findings;
  const isDecided = undecided(pulled).length === 0 && pulled.notSeen.length === 0;
  return isDecided ? EXIT.clean : EXIT.undecided;
}

/** Rules of a difference that a person's first screen has. */
const MAXIMUM_RULES = 20;

function pulledText(pulled: PulledBody, { out: { style } }: Streams): string {
  const { device, hash, notSeen, warnings, parts, meaning, intents } = pulled;
  const read = parts.filter(({ bytes }) => bytes !== null && bytes > 0);
  const holding = intents.filter(({ status }) => isKept(status)).length;
  const lines = [
    `${tint(style, "bold", shown(device))}  ${hash.slice(0, SHORT_HASH)}`,
    `  read: ${read.map(({ name, bytes }) => `${shown(name)} (${bytes} bytes)`).join(", ")}`,
    ...notSeen.map((what) => `  ${tint(style, "yellow", "not seen")}: ${shown(what)}`),
    ...warnings.flatMap(({ place, message, help }) => [
      `  ${tint(style, "yellow", "warning")}: ${shown(place)}: ${shown(message)}`,
      `    ${shown(help)}`,
    ]),
    `  intents: ${holding} hold, ${broken(pulled).length} broken, ${undecided(pulled).length} undecided`,
    ...broken(pulled).map(
      ({ id, example }) =>
        `  ${tint(style, "red", "broken")}: ${shown(id)}${example === null ? "" : `, such as ${shown(example)}`}`,
    ),
    ...undecided(pulled).map(
      ({ id, reasons }) =>
        `  ${tint(style, "yellow", "undecided")}: ${shown(id)}${reasons.length === 0 ? "" : ` (${shown(reasons.join("; "))})`}`,
    ),
    ...driftLines(meaning),
  ];
  return `${lines.join("\n")}\n`;
}

function driftLines(meaning: PulledBody["meaning"]): readonly string[] {
  if (meaning === null) return ["  baseline: none yet"];
  if (!meaning.isDrift) return ["  baseline: it runs what was approved"];
  const rules = [
    ...meaning.added.map((rule) => `  + ${shown(rule)}`),
    ...meaning.removed.map((rule) => `  - ${shown(rule)}`),
  ];
  const more = rules.length - MAXIMUM_RULES;
  return [
    "  baseline: it runs another ruleset than was approved",
    ...rules.slice(0, MAXIMUM_RULES),
    ...(more > 0 ? [`  and ${more} more: see --json`] : []),
  ];
}
