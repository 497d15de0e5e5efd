import type { Range } from "../../base/range.ts";
import type { Span } from "../../base/span.ts";
import type { NamedSet, SetElement } from "../../device/set.ts";
import type { EntryForm } from "./entry.ts";
import { findType, keyParts, type SetFamily, type SetType } from "./types.ts";

/** A set while its file is read. */
export interface DraftSet {
  readonly type: SetType;
  readonly family: SetFamily;
  readonly netmask: number | null;
  readonly markMask: bigint;
  readonly maximum: number | null;
  readonly defaultTimeoutMs: number | null;
  /** Of a bitmap: what it can hold. */
  readonly range: Range | null;
  readonly forceAdd: boolean;
  readonly span: Span;
  /** By key, in the order added. */
  readonly elements: Map<string, SetElement>;
  members: string[];
  /** Entries as ipset counts them: addresses for `hash:ip`, networks for `hash:net`. */
  entries: number;
  /** Something in it is not known here (a host name), or a rule writes it. */
  dynamic: boolean;
}

export function keyOf(ranges: readonly Range[]): string {
  let key = "";
  for (const { from, to } of ranges) key += from === to ? `${from} ` : `${from}-${to} `;
  return key;
}

/** Entries that a key stands for, no more than `Number` can count. */
export function entriesOf(ranges: readonly Range[], form: Pick<EntryForm, "type">): number {
  const isNet = form.type.dimensions.map((dimension) => dimension === "net");
  const single = form.type.dimensions.length === 1;
  if (single) return isNet[0] === true ? 1 : sizeOf(ranges[0]);
  if (form.type.dimensions.some((d) => d === "mac" || d === "iface" || d === "mark")) return 1;
  let entries = 1;
  for (const range of ranges) if (range.to - range.from < 0x10000n) entries *= sizeOf(range);
  return isNet.includes(true) ? 1 : entries;
}

function sizeOf(range: Range | undefined): number {
  return range === undefined ? 1 : Number(range.to - range.from + 1n);
}

export function formOf(set: DraftSet, wildcard: boolean): EntryForm {
  const { type, family, netmask, markMask } = set;
  return { type, family, netmask, markMask, wildcard };
}

/** The set as the device model holds it. */
export function closeSet(name: string, set: DraftSet): NamedSet {
  const parts = keyParts(set.type, set.family);
  const isList = set.type.storage === "list";
  const { markMask } = set;
  return {
    kind: "set",
    name,
    keyTypes: parts.map(({ type }) => type),
    keyWidths: parts.map(({ width }) => width),
    dataType: null,
    interval: true,
    dynamic: set.dynamic,
    size: set.maximum,
    defaultTimeoutMs: set.defaultTimeoutMs,
    elements: [...set.elements.values()],
    elementStatements: [],
    ipset: {
      type: set.type.name,
      family: isList || !hasAddress(set.type) ? "none" : set.family,
      netmask: set.netmask,
      ...(set.type.dimensions.includes("mark") ? { markMask } : {}),
      members: set.members,
    },
    span: set.span,
  };
}

function hasAddress(type: SetType): boolean {
  return type.dimensions.some((dimension) => dimension === "ip" || dimension === "net");
}

const MAX_MARK = 0xffffffffn;

/** A set of the state that the script runs on. */
export function openSet(set: NamedSet): DraftSet | null {
  const type = findType(set.ipset?.type ?? "");
  if (type === null || set.ipset === null) return null;
  const draft: DraftSet = {
    type,
    family: set.ipset.family === "ip6" ? "ip6" : "ip",
    netmask: set.ipset.netmask,
    markMask: set.ipset.markMask ?? MAX_MARK,
    maximum: set.size,
    defaultTimeoutMs: set.defaultTimeoutMs,
    range: null,
    forceAdd: false,
    span: set.span,
    elements: new Map(set.elements.map((element) => [keyOf(element.key), element])),
    members: [...set.ipset.members],
    entries: 0,
    dynamic: set.dynamic,
  };
  for (const { key } of set.elements) draft.entries += entriesOf(key, draft);
  return draft;
}
