import type { NetworkDevice } from "./model.ts";
import { redact } from "./redact.ts";
import { steady } from "./steady.ts";

/** Something that is read from a device, and the words that read it. None of them writes anything. */
export interface Reading {
  /** Without `host` a device is not known; it may do without programs of a ruleset, and without files. */
  readonly kind: "ruleset" | "host" | "file";
  readonly name: string;
  readonly command: readonly string[];
}

const NFT = "nft";

const COMMANDS: readonly Reading[] = [
  { kind: "ruleset", name: NFT, command: ["nft", "-s", "list", "ruleset"] },
  ...["iptables", "ip6tables"].flatMap((family) =>
    ["nft", "legacy"].map((backEnd): Reading => {
      const name = `${family}-${backEnd}`;
      return { kind: "ruleset", name, command: [`${name}-save`] };
    }),
  ),
  { kind: "ruleset", name: "ipset", command: ["ipset", "save"] },
  { kind: "host", name: "links", command: ["ip", "-j", "link"] },
  { kind: "host", name: "addresses", command: ["ip", "-j", "address"] },
  { kind: "host", name: "routes", command: ["ip", "-j", "route", "show", "table", "all"] },
  { kind: "host", name: "routes6", command: ["ip", "-6", "-j", "route", "show", "table", "all"] },
  { kind: "host", name: "routing rules", command: ["ip", "-j", "rule"] },
];

/** Everything that is read from a device, to be shown before it is asked for. */
export function readingsOf({ sources }: NetworkDevice): readonly Reading[] {
  const files = sources.map((path): Reading => {
    return { kind: "file", name: path, command: ["cat", "--", path] };
  });
  return [...COMMANDS, ...files];
}

/** What one command printed, and how it ended. */
export interface Printed {
  readonly text: string;
  readonly isUtf8: boolean;
  readonly code: number;
  readonly error: string;
}

/** What a reading came to. */
export interface Read {
  readonly reading: Reading;
  /** Null: it is not there, or could not be read. */
  readonly text: string | null;
  /** Why it is not known whole, in words; null: it is, or is really not there. */
  readonly problem: string | null;
}

/** What came of all readings, in their order. */
export function judgeReadings(
  readings: readonly Reading[],
  printed: readonly Printed[],
): readonly Read[] {
  const both = readings.map((reading, index) => [reading, printed[index] ?? BROKEN_OFF] as const);
  const isOfIptables = both.some(([{ name }, ran]) => IPTABLES.test(name) && hasRules(ran));
  return both.map(([reading, ran]) => judge(reading, ran, isOfIptables));
}

const BROKEN_OFF: Printed = {
  text: "",
  isUtf8: true,
  code: 1,
  error: "the reading broke off",
};
const IPTABLES = /^ip6?tables-/;

/** Of a login that may see nothing some back-ends say nothing, and call it done. */
function hasRules({ text, code }: Printed): boolean {
  return code === 0 && /^-A |^:\S+ DROP/m.test(text);
}

/** `isOfIptables`: what runs is known without nft. */
function judge(reading: Reading, printed: Printed, isOfIptables: boolean): Read {
  const { kind, name } = reading;
  const { text, isUtf8, code, error } = printed;
  if (code === 0) {
    const problem = isUtf8 ? null : NOT_UTF8;
    return { reading, text: steady(name, redact(text)), problem };
  }
  const isAbsent =
    kind === "file" ? NO_FILE.test(error) : kind === "ruleset" && code === NO_PROGRAM;
  if (isAbsent && (name !== NFT || isOfIptables)) return { reading, text: null, problem: null };
  const remedy = isAbsent ? INSTALL : isForbidden(kind, error) ? ALLOW : null;
  return { reading, text: null, problem: remedy === null ? error : `${error}: ${remedy}` };
}

/** A shell says so where a program is not there (POSIX shell, 2.8.2). */
const NO_PROGRAM = 127;
/** Said of a file that is not there, in the language of C: one that a change brings is no gap. */
const NO_FILE = /: No such file or directory$/;

/** Read for what it decides all the same; but it could not be put back as it was. */
const NOT_UTF8 = "it is not UTF-8: convert it (iconv -f latin1 -t utf-8)";
const INSTALL = "install nftables, or put nft into the login's PATH";
const ALLOW = "let the login that reads be root, or give it CAP_NET_ADMIN";

function isForbidden(kind: Reading["kind"], error: string): boolean {
  return kind === "ruleset" && /not permitted|permission denied/i.test(error);
}
