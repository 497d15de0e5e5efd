import type { Diagnostic } from "../../base/diagnostic.ts";
import type { Span } from "../../base/span.ts";
import type { ParseInput, ParseResult } from "../../device/device.ts";
import { parseNft } from "../nft/index.ts";
import { commandText, isCommand } from "./command.ts";
import { asObject, UnknownItem } from "./expression.ts";
import { type Json, readJson } from "./readJson.ts";
import { lineIndex, relocate } from "./relocate.ts";

/** Items that cannot be told before the rest is given up. */
const MAXIMUM_LOST = 1000;

/**
 * Reads what `nft -j list ruleset` prints, or commands of `nft -j -f`. Each item is told in the
 * words of nft and read as such, so both forms have one meaning; every place is that of its item.
 * Lines of the coverage are items, for nft prints all of them on one line.
 */
export function parseNftJson(input: ParseInput): ParseResult {
  const script = translate(input);
  const files = new Map([[script.root, script.text]]);
  const parsed = parseNft({ ...input, files, anyNames: true });
  const place = (span: Span): Span =>
    span.file === script.root ? (script.spans[span.line - 1] ?? script.whole) : span;
  const { coverage } = parsed;
  const { lost } = script;
  return {
    ...parsed,
    device: relocate(parsed.device, place),
    diagnostics: [
      ...script.diagnostics,
      ...parsed.diagnostics.map((diagnostic) => relocate(diagnostic, place)),
    ],
    coverage: {
      ...coverage,
      lines: coverage.lines + lost,
      notUnderstood: coverage.notUnderstood + lost,
    },
    refused: lost > 0 ? [script.root] : parsed.refused,
  };
}

interface Script {
  readonly root: string;
  readonly text: string;
  /** Where the item of each line stands. */
  readonly spans: readonly Span[];
  readonly whole: Span;
  readonly diagnostics: readonly Diagnostic[];
  /** Items that could not be told. */
  readonly lost: number;
}

function translate({ files, roots }: ParseInput): Script {
  const root = roots[0] ?? "";
  const text = files.get(root);
  const whole: Span = { file: root, line: 1, column: 1, endLine: 1, endColumn: 1 };
  const diagnostics: Diagnostic[] = [];
  const report = (code: string, message: string, span: Span, help: string): void => {
    const severity = code === "PM4005" ? "warning" : "error";
    diagnostics.push({ code, severity, message, span, related: [], help });
  };
  if (text === undefined) {
    report("PM4001", `no file \`${root}\``, whole, "check its name");
    return { root, text: "", spans: [], whole, diagnostics, lost: 1 };
  }
  const spanAt = lineIndex(root, text);
  const { value, places, problem } = readJson(text);
  let lost = 0;
  if (problem !== null) {
    report("PM4002", problem.message, spanAt(problem.at, problem.at), problem.help);
    lost++;
  }
  const items = itemsOf(value);
  if (items === null) {
    report(
      "PM4003",
      'expected an object with a list "nftables"',
      whole,
      "give what `nft -j list ruleset` prints",
    );
    return { root, text: "", spans: [], whole, diagnostics, lost: lost + 1 };
  }
  const lines: string[] = [];
  const spans: Span[] = [];
  const placed = items.map((item, index) => ({ item, place: places[index] ?? NOWHERE }));
  for (const [index, { item, place }] of inLoadingOrder(placed).entries()) {
    const [from, to] = place;
    const span = spanAt(from, to);
    try {
      const line = commandText(item);
      if (line === null) continue;
      if (/\bxt (match|target) /.test(line))
        report(
          "PM4005",
          "JSON shows a part of this rule by its name only",
          span,
          "take the text of `iptables-save`",
        );
      lines.push(line.replace(/[\n\r]/g, " "));
      spans.push(span);
    } catch (error) {
      if (!(error instanceof UnknownItem)) throw error;
      report("PM4004", error.message, span, "read the ruleset as text: `nft list ruleset`");
      lost++;
      if (lost < MAXIMUM_LOST) continue;
      lost += items.length - index - 1;
      break;
    }
  }
  return { root, text: lines.join("\n"), spans, whole, diagnostics, lost };
}

const NOWHERE = [0, 0] as const;

/** What a listing shows before what names it; sets, maps and objects stand between chains and rules. */
const FIRST: readonly string[] = ["metainfo", "table", "chain"];

/**
 * A listing names chains in maps before it lists them, so that nft itself does not load it; it shows what runs all the
 * same. Commands stay in the order in which they do something.
 */
function inLoadingOrder<T extends { readonly item: Json }>(items: readonly T[]): readonly T[] {
  const isListing = items.every(({ item }) => !isCommand(item));
  if (!isListing) return items;
  const rank = ({ item }: T) => {
    const [kind = ""] = Object.keys(asObject(item) ?? {});
    return kind === "rule"
      ? FIRST.length + 1
      : FIRST.includes(kind)
        ? FIRST.indexOf(kind)
        : FIRST.length;
  };
  return items.toSorted((a, b) => rank(a) - rank(b));
}

function itemsOf(value: Json): readonly Json[] | null {
  const items = asObject(value)?.nftables;
  return Array.isArray(items) ? items : null;
}
