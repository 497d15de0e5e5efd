import { shown, tint } from "../../report/formats/text/style.ts";
import { askFor } from "../ask.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import { SHORT_HASH } from "../server/changeText.ts";
import { type Api, type CallFault, isFault } from "../server/client.ts";
import type { BaselineBody, DeviceList, PulledBody } from "../server/model.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

export interface AdoptOptions extends Asking {
  /** Adopts without asking. */
  readonly yes?: boolean;
}

/** Reads a device, and says what runs there against what was approved. */
export function pull(name: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const pulled = await read(api, name);
    if (isFault(pulled)) return pulled;
    print(options, streams, pulled, (one) => pulledText(one, streams));
    return broken(pulled).length > 0 ? EXIT.findings : EXIT.clean;
  });
}

/** Reads each device, and makes what runs there its baseline once a person has looked at it. */
export function init(
  names: readonly string[],
  options: AdoptOptions,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const known = await api.get<DeviceList>("/v1/devices");
    if (isFault(known)) return known;
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
  if (options.yes !== true) {
    const word = await askFor(`Adopt what runs on ${name} as its baseline? Type its name: `);
    if (word !== name) {
      tellUsage(
        streams.error,
        word === null
          ? "nobody is there to be asked: nothing was adopted"
          : `\`${name}\` was not adopted`,
        `look at it, then \`premortem init ${name} --yes\``,
      );
      return EXIT.usage;
    }
  }
  const path = `/v1/devices/${encodeURIComponent(name)}/baseline`;
  const adopted = await api.send<BaselineBody>("POST", path, { hash: pulled.hash });
  if (isFault(adopted)) return adopted;
  print(
    options,
    streams,
    adopted,
    ({ device, hash }) => `${shown(device)}: baseline ${hash.slice(0, SHORT_HASH)} adopted\n`,
  );
  return null;
}

function read(api: Api, name: string): Promise<PulledBody | CallFault> {
  return api.send<PulledBody>("POST", `/v1/devices/${encodeURIComponent(name)}/pull`);
}

function broken({ intents }: PulledBody) {
  return intents.filter(({ status }) => status === "broken");
}

/** Rules of a difference that a person's first screen has. */
const MAXIMUM_RULES = 20;

function pulledText(pulled: PulledBody, { out: { style } }: Streams): string {
  const { device, hash, notSeen, parts, meaning, intents } = pulled;
  const read = parts.filter(({ bytes }) => bytes !== null && bytes > 0);
  const holding = intents.filter(({ status }) => status === "holds").length;
  const undecided = intents.length - holding - broken(pulled).length;
  const lines = [
    `${tint(style, "bold", shown(device))}  ${hash.slice(0, SHORT_HASH)}`,
    `  read: ${read.map(({ name, bytes }) => `${shown(name)} (${bytes} bytes)`).join(", ")}`,
    ...notSeen.map((what) => `  ${tint(style, "yellow", "not seen")}: ${shown(what)}`),
    `  intents: ${holding} hold, ${broken(pulled).length} broken, ${undecided} undecided`,
    ...broken(pulled).map(
      ({ id, example }) =>
        `  ${tint(style, "red", "broken")}: ${shown(id)}${example === null ? "" : `, such as ${shown(example)}`}`,
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
