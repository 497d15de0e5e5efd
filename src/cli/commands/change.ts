import { basename } from "node:path";
import { MAXIMUM_OVERRIDE_HOURS } from "../../operations/change/overrideTerm.ts";
import { readText } from "../../platform/files.ts";
import { proofText } from "../../report/formats/text/proof.ts";
import { askFor } from "../ask.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellFiles, tellUsage } from "../problems.ts";
import { changeLine, changeText } from "../server/changeText.ts";
import { type Api, type CallFault, isFault } from "../server/client.ts";
import type { ChangeBody, ChangeList, DeviceList, ProofBody } from "../server/model.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

export interface ProposeOptions extends Asking {
  /** Number of the change that is edited instead. */
  readonly edit?: string;
}

/** Proposes edited source files, and proves at once what they would do. */
export function propose(
  device: string,
  files: readonly string[],
  options: ProposeOptions,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const known = await api.get<DeviceList>("/v1/devices");
    if (isFault(known)) return known;
    const sources = known.devices.find(({ name }) => name === device)?.sources ?? [];
    const read = readSources(files, sources, streams);
    if (read === null) return EXIT.usage;
    const { edit } = options;
    const proposed =
      edit === undefined
        ? await api.send<ChangeBody>("POST", "/v1/changes", { device, files: read })
        : await api.send<ChangeBody>("PUT", `${changePath(edit)}/files`, { files: read });
    if (isFault(proposed)) return proposed;
    streams.error.write(`change ${proposed.id} of ${device} is proposed; proving it\n`);
    return proveOne(api, String(proposed.id), options, streams);
  });
}

interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** Each file with the path that it has on the device; null: it was told why not. */
function readSources(
  files: readonly string[],
  sources: readonly string[],
  { error }: Streams,
): readonly SourceText[] | null {
  const found: SourceText[] = [];
  for (const file of files) {
    const [, local = file, named] = /^(.*)=(\/.*)$/.exec(file) ?? [];
    const path = named ?? pathOf(local, sources, files.length);
    if (path === null) {
      tellUsage(
        error,
        `which file of the device is \`${local}\`?`,
        `name it: \`${local}=/path/there\`; its sources are ${sources.join(", ") || "not named in the network file"}`,
      );
      return null;
    }
    const read = readText(local);
    if (read.kind === "problem") {
      tellFiles(error, [read]);
      return null;
    }
    found.push({ path, text: read.text });
  }
  return found;
}

/** The only source, or the one of the same name. */
function pathOf(local: string, sources: readonly string[], count: number): string | null {
  const named = sources.filter((path) => path === local || basename(path) === basename(local));
  if (named.length === 1) return named[0] ?? null;
  return count === 1 && sources.length === 1 ? (sources[0] ?? null) : null;
}

/** Proves a change on what runs now. */
export function prove(id: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, (api) => proveOne(api, id, options, streams));
}

async function proveOne(
  api: Api,
  id: string,
  options: Asking,
  streams: Streams,
): Promise<ExitCode | CallFault> {
  const proof = await api.send<ProofBody>("POST", `${changePath(id)}/prove`);
  if (isFault(proof)) return proof;
  const { style } = streams.out;
  print(options, streams, proof, ({ answer }) => proofText(answer, style));
  const change = await api.get<ChangeBody>(changePath(id));
  if (isFault(change)) return change;
  streams.error.write(changeText(change, streams.error.style));
  const { loads, isComplete, broken, undecided } = proof.answer;
  if (!loads || broken.length > 0) return EXIT.findings;
  return isComplete && undecided.length === 0 ? EXIT.clean : EXIT.undecided;
}

export interface ApproveOptions extends Asking {
  /** Begin of the hash of what was looked at. */
  readonly shown?: string;
  /** What would be lost, in the words of somebody whom nobody else can approve for. */
  readonly alone?: string;
}

/** Hexadecimal digits of a hash that nobody finds something else for: 128 bits. */
const LEAST_DIGITS = 32;

/** Approves what was looked at, or begins the pause before that: with its hash, or after it was shown. */
export function approve(id: string, options: ApproveOptions, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const change = await api.get<ChangeBody>(changePath(id));
    if (isFault(change)) return change;
    const { shownHash } = change;
    if (shownHash === null) {
      const help = `prove it, and look at what it does: \`premortem prove ${id}\``;
      tellUsage(streams.error, `change ${id} is not proved: nothing was approved`, help);
      return EXIT.usage;
    }
    const { shown, alone: loss } = options;
    const isPause = loss !== undefined;
    const question = {
      hash: shownHash,
      said: shown,
      words: `${isPause ? "Begin the pause before you approve alone" : "Approve"} change ${id} of ${change.device}?`,
      command: `premortem approve ${id}${isPause ? " --alone TEXT" : ""} --shown`,
    };
    if (!(await isSeen(api, change, question, streams))) return EXIT.usage;
    return isPause
      ? sent(api, `${changePath(id)}/alone`, { shownHash, loss }, options, streams)
      : sent(api, `${changePath(id)}/approve`, { shownHash }, options, streams);
  });
}

interface Question {
  /** Of what is there to be seen. */
  readonly hash: string;
  /** Begin of the hash of what was looked at; undefined: it is shown now. */
  readonly said: string | undefined;
  readonly words: string;
  /** What takes the hash. */
  readonly command: string;
}

/** Whether exactly this was looked at, or is now, by a person who says yes. */
async function isSeen(
  api: Api,
  change: ChangeBody,
  { hash, said, words, command }: Question,
  { error }: Streams,
): Promise<boolean> {
  if (said !== undefined) {
    if (said.length >= LEAST_DIGITS && hash.startsWith(said)) return true;
    const help = `look at what it is now: \`premortem changes ${change.id}\``;
    tellUsage(error, `\`${said}\` is not what is shown now: nothing was done`, help);
    return false;
  }
  const proof = await api.get<ProofBody>(`${changePath(String(change.id))}/proof`);
  if (!isFault(proof)) error.write(`${proofText(proof.answer, error.style)}\n`);
  error.write(changeText(change, error.style));
  const word = await askFor(`${words} Type yes: `);
  if (word === "yes") return true;
  const reason =
    word === null ? "nobody is there to be asked: nothing was done" : "nothing was done";
  tellUsage(error, reason, `look at it, then \`${command} ${hash}\``);
  return false;
}

export interface OverrideOptions extends Asking {
  readonly reason: string;
  readonly hours: string;
}

const HOUR_MS = 3_600_000;

/** Asks to go on although intents would be broken. */
export function override(
  id: string,
  options: OverrideOptions,
  streams: Streams,
): Promise<ExitCode> {
  const hours = Number(options.hours);
  if (!(hours > 0 && hours <= MAXIMUM_OVERRIDE_HOURS)) {
    const help = `take a number up to ${MAXIMUM_OVERRIDE_HOURS}`;
    tellUsage(streams.error, `an override for \`${options.hours}\` hours is none`, help);
    return Promise.resolve(EXIT.usage);
  }
  const body = { reason: options.reason, untilMs: Date.now() + Math.round(hours * HOUR_MS) };
  return changed(`${changePath(id)}/override`, body, options, streams);
}

export interface GrantOptions extends Asking {
  /** Begin of the hash of the override that was looked at. */
  readonly override?: string;
}

/** Grants the override that was looked at: with its hash, or after it was shown. */
export function grant(id: string, options: GrantOptions, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const change = await api.get<ChangeBody>(changePath(id));
    if (isFault(change)) return change;
    const { overrideHash } = change;
    if (overrideHash === null) {
      const help = `ask for one: \`premortem override ${id} --reason TEXT\``;
      tellUsage(streams.error, `nobody asks for an override of change ${id}`, help);
      return EXIT.usage;
    }
    const question = {
      hash: overrideHash,
      said: options.override,
      words: `Grant the override of change ${id} of ${change.device}?`,
      command: `premortem grant ${id} --override`,
    };
    if (!(await isSeen(api, change, question, streams))) return EXIT.usage;
    return sent(api, `${changePath(id)}/override/grant`, { overrideHash }, options, streams);
  });
}

export function withdraw(id: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return changed(`${changePath(id)}/withdraw`, undefined, options, streams);
}

function changed(
  path: string,
  body: unknown,
  options: Asking,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, (api) => sent(api, path, body, options, streams));
}

async function sent(
  api: Api,
  path: string,
  body: unknown,
  options: Asking,
  streams: Streams,
): Promise<ExitCode | CallFault> {
  const change = await api.send<ChangeBody>("POST", path, body);
  if (isFault(change)) return change;
  print(options, streams, change, (one) => changeText(one, streams.out.style));
  return EXIT.clean;
}

/** All changes, or one with its newest proof. */
export function changes(
  id: string | undefined,
  options: Asking,
  streams: Streams,
): Promise<ExitCode> {
  const { style } = streams.out;
  return withServer(options, streams, async (api) => {
    if (id === undefined) {
      const list = await api.get<ChangeList>("/v1/changes");
      if (isFault(list)) return list;
      print(options, streams, list, ({ changes: all }) =>
        all.length === 0
          ? "no change yet: `premortem propose DEVICE FILE`\n"
          : `${all.map((one) => changeLine(one, style)).join("\n")}\n`,
      );
      return EXIT.clean;
    }
    const change = await api.get<ChangeBody>(changePath(id));
    if (isFault(change)) return change;
    const proof = await api.get<ProofBody>(`${changePath(id)}/proof`);
    const known = isFault(proof) ? null : proof;
    print(options, streams, { change, proof: known }, () =>
      [known === null ? "" : `${proofText(known.answer, style)}\n`, changeText(change, style)].join(
        "",
      ),
    );
    return EXIT.clean;
  });
}

export function changePath(id: string): string {
  return `/v1/changes/${encodeURIComponent(id)}`;
}
