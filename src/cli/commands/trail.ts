import { columns, fitted, type Style, shown } from "../../report/formats/text/style.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import { isFault } from "../server/client.ts";
import type { TrailPage, TrailVerdict } from "../server/model.ts";
import { timeText } from "../server/times.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

export interface TrailOptions extends Asking {
  readonly verify?: boolean;
  /** A hash that `--verify` printed once, and that was kept elsewhere. */
  readonly anchor?: string;
  readonly subject?: string;
  /** Number of an entry. */
  readonly before?: string;
}

/** Entries of a page. */
const PAGE = 50;
const HASH = /^[0-9a-f]{64}$/;
const NUMBER = /^[1-9]\d{0,15}$/;

/** What happened, newest first; or whether the whole of it is as it was written. */
export function trail(options: TrailOptions, streams: Streams): Promise<ExitCode> {
  const mistake = mistakeIn(options);
  if (mistake !== null) {
    tellUsage(streams.error, ...mistake);
    return Promise.resolve(EXIT.usage);
  }
  return options.verify === true ? verify(options, streams) : list(options, streams);
}

function mistakeIn({ verify, anchor, before, subject }: TrailOptions): [string, string] | null {
  if (anchor !== undefined && verify !== true)
    return ["`--anchor` is compared by `--verify`", "add `--verify`"];
  if (anchor !== undefined && !HASH.test(anchor))
    return [
      `\`${anchor}\` is no hash of an entry`,
      "it has 64 hexadecimal digits: `premortem trail --verify` prints the one to keep",
    ];
  if (verify === true && (before !== undefined || subject !== undefined))
    return ["`--verify` reads the whole trail", "leave `--before` and `--subject` out"];
  if (before !== undefined && !NUMBER.test(before))
    return [
      `\`${before}\` is no number of an entry`,
      "numbers stand in the first column of `premortem trail`",
    ];
  return null;
}

function verify(options: TrailOptions, streams: Streams): Promise<ExitCode> {
  const { anchor } = options;
  return withServer(options, streams, async (api) => {
    const body = { anchor: anchor === undefined ? null : { hash: anchor } };
    const verdict = await api.send<TrailVerdict>("POST", "/v1/trail/verify", body);
    if (isFault(verdict)) return verdict;
    print(options, streams, verdict, verdictText);
    if (anchor !== undefined && verdict.anchored === null)
      tellUsage(
        streams.error,
        `no entry up to ${verdict.head.number} has the hash ${anchor}: it is mistyped or of another trail, or the entry was cut off or written anew since`,
        "look whether it is the hash that was kept; if it is, compare the trail with a backup of the database from when the hash was kept, and ask who has had power over the database since",
      );
    return verdict.isWhole ? EXIT.clean : EXIT.findings;
  });
}

function verdictText({ isWhole, flaw, head, anchored }: TrailVerdict): string {
  const kept = anchored === null ? "" : `; the anchor is entry ${anchored}, and in it`;
  if (flaw?.problem === "anchorMissing")
    return `no entry has the hash of the anchor; without it the trail is whole up to entry ${head.number}, ${head.hash}\n`;
  if (isWhole) return `the trail is whole up to entry ${head.number}, ${head.hash}${kept}\n`;
  return `entry ${flaw?.number} of the trail is ${flaw?.problem}; it is whole up to entry ${head.number}${kept}\n`;
}

function list(options: TrailOptions, streams: Streams): Promise<ExitCode> {
  const { subject, before } = options;
  return withServer(options, streams, async (api) => {
    const asked = new URLSearchParams({ limit: String(PAGE) });
    if (subject !== undefined) asked.set("subject", subject);
    if (before !== undefined) asked.set("before", before);
    const page = await api.get<TrailPage>(`/v1/trail?${asked}`);
    if (isFault(page)) return page;
    print(options, streams, page, (one) => listText(one, streams.out.style));
    const last = page.entries.at(-1);
    if (page.entries.length === PAGE && last !== undefined && last.number > 1)
      streams.error.write(`older ones: add \`--before ${last.number}\`\n`);
    return EXIT.clean;
  });
}

function listText({ entries }: TrailPage, style: Style): string {
  if (entries.length === 0) return "no entry\n";
  const rows = entries.map(({ number, atMs, actor, kind, subject }) => [
    String(number),
    timeText(atMs),
    shown(actor),
    shown(kind),
    shown(subject),
  ]);
  const lines = columns(rows).flatMap((line, index) => {
    const entry = entries[index];
    return [
      line,
      ...(entry === undefined ? [] : detailLines(entry).map((one) => told(style, one))),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** Rules of one difference that are listed; `--json` has all that are on the trail. */
const MAXIMUM_RULES = 5;
const INDENT = 4;

function told(style: Style, text: string): string {
  return " ".repeat(INDENT) + fitted(style, shown(text), INDENT);
}

/** Of what the watch saw, what a reader would ask for next. */
function detailLines({ kind, details }: Entry): readonly string[] {
  switch (kind) {
    case "watch.blind":
    case "watch.seeing":
      return textsIn([details["reason"]]);
    case "apply.unheard":
    case "apply.commandFailed":
      return textsIn([details["why"]]);
    case "watch.difference": {
      const came = textsIn(details["added"]).map((rule) => `+ ${rule}`);
      const rules = [...came, ...textsIn(details["removed"]).map((rule) => `- ${rule}`)];
      const rest = rules.length - MAXIMUM_RULES;
      return rest <= 0 ? rules : [...rules.slice(0, MAXIMUM_RULES), `and ${rest} more`];
    }
    default:
      return [];
  }
}

type Entry = TrailPage["entries"][number];

/** What is on a trail was written by any version. */
function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
