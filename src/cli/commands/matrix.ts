import { answerMatrix, type MatrixWords } from "../../engine/answer/matrix.ts";
import { type Vocabulary, vocabularyFor } from "../../engine/diff/words.ts";
import type { End } from "../../engine/intents/model.ts";
import { ANY_HOST, ANY_HOST_WORDS } from "../../engine/matrix/hosts.ts";
import { matrixOf } from "../../engine/matrix/index.ts";
import {
  knownEnds,
  type MatrixPlace,
  namedEnds,
  networkNames,
} from "../../operations/inventory/matrixEnds.ts";
import { parseService } from "../../operations/inventory/services.ts";
import { matrixText } from "../../report/formats/text/matrix.ts";
import { matrixReport } from "../../report/results/matrix.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { inTime, type Work } from "../interruptible.ts";
import { onlyDevice, openNetwork } from "../networkDevice.ts";
import { type OutputOptions, type Showable, show } from "../output.ts";
import { openRuleset, tellUsage } from "../problems.ts";
import type { Stream, Streams } from "../streams.ts";

export interface MatrixOptions extends OutputOptions {
  readonly service: string;
  readonly path: MatrixWords["path"];
  readonly state: MatrixWords["state"];
  readonly unknown?: "allow" | "deny";
  readonly from?: string;
  readonly to?: string;
  readonly network?: string;
  readonly device?: string;
  readonly timeLimit?: number;
}

/** Says who reaches whom for a service. */
export function matrix(
  files: readonly string[],
  options: MatrixOptions,
  streams: Streams,
  work: Work,
): ExitCode {
  const { error } = streams;
  const { service, path, state, unknown = null } = options;
  const place = placeOf(error, options);
  if (place === "none") return EXIT.usage;
  const services = place?.network.services.get(service) ?? parseService(service);
  if (services === null) {
    tellUsage(
      error,
      `\`${service}\` is no service`,
      "write tcp/22, udp/1000-2000, ssh, ping, or a name of the network file",
    );
    return EXIT.usage;
  }
  const from = endsOf(error, "from", options.from, place);
  const to = endsOf(error, "to", options.to, place);
  if (from === null || to === null) return EXIT.usage;
  work.begin("reading the files");
  const ruleset = openRuleset(error, files);
  if (ruleset === null) return EXIT.usage;
  const vocabulary = place === null ? new Map() : namesOf(place);
  const question = { path, state, services, from: from.ends, to: to.ends, unknown };
  work.begin("following the packets");
  const result = inTime(work, () => matrixOf(ruleset.result.device, question, { vocabulary }));
  if (result.kind === "notAnalysed") {
    tellUsage(
      error,
      `not analysed: ${result.reason}`,
      "ask about fewer hosts with --from and --to",
    );
    return EXIT.undecided;
  }
  const assumed = from.isAnybody || to.isAnybody ? [ANY_HOST_WORDS] : [];
  const answer = answerMatrix({ service, path, state, unknown }, result.matrix, assumed);
  const shown: Showable = {
    answer,
    text: (style) => matrixText(answer, style),
    report: () => matrixReport(answer),
  };
  return show(shown, options, streams) ? EXIT.clean : EXIT.usage;
}

/** Null: no network file is asked for; `none`: it has told what is wrong with it. */
function placeOf(error: Stream, options: MatrixOptions): MatrixPlace | null | "none" {
  if (options.network === undefined) return null;
  const network = openNetwork(error, options.network);
  if (network === null) return "none";
  const device = options.device ?? onlyDevice(network);
  if (device !== null && network.devices.has(device))
    return { network, device, path: options.path };
  const known = [...network.devices.keys()].join(", ");
  const message = device === null ? "which device is it?" : `there is no device \`${device}\``;
  tellUsage(error, message, `name one with --device: ${known}`);
  return "none";
}

interface AskedEnds {
  readonly ends: readonly End[];
  /** Nobody has said who: any host. */
  readonly isAnybody: boolean;
}

const ANYBODY: AskedEnds = { ends: [{ addresses: ANY_HOST, interfaces: null }], isAnybody: true };

function endsOf(
  error: Stream,
  side: "from" | "to",
  text: string | undefined,
  place: MatrixPlace | null,
): AskedEnds | null {
  if (text === undefined) {
    const known = place === null ? null : knownEnds(side, place);
    return known === null ? ANYBODY : { ends: known, isAnybody: false };
  }
  const ends = namedEnds(text, side, place);
  if (typeof ends !== "string") return { ends, isAnybody: false };
  const help =
    place === null
      ? "write networks such as 10.0.0.0/8,192.0.2.1, or give a network file with --network"
      : "write networks, or names of the network file that lie at this end of the path";
  tellUsage(error, `--${side}: \`${ends}\` is no host that is known`, help);
  return null;
}

function namesOf({ network }: MatrixPlace): Vocabulary {
  return vocabularyFor(
    networkNames(network).flatMap(([name, addresses]) =>
      [...addresses.values()].map((ranges) => [name, ranges] as const),
    ),
  );
}
