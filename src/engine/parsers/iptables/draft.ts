import type { Span } from "../../base/span.ts";
import type { BaseChain, Chain, Device, Rule, Table, TableOrigin } from "../../device/device.ts";
import { builtInChain, builtInChains } from "./builtin.ts";
import type { IpFamily } from "./values.ts";

/** A chain while its file is read. */
export interface DraftChain {
  readonly name: string;
  base: BaseChain | null;
  rules: Rule[];
  span: Span;
  /** Declared or made by this file. */
  declared: boolean;
}

/** A table between `*name` and `COMMIT`. */
export interface DraftTable {
  readonly family: IpFamily;
  readonly name: string;
  readonly origin: TableOrigin;
  readonly backend: "nft" | "legacy";
  readonly chains: Map<string, DraftChain>;
  readonly span: Span;
  /** Something in it is refused: it will not be applied. */
  refused: boolean;
}

/** Numbers for base chains, counted over the device. */
export interface Registration {
  next: number;
}

export function nextRegistration(device: Device | null): Registration {
  let next = 0;
  for (const table of device?.tables ?? [])
    for (const { base } of table.chains)
      if (base !== null && base.registered >= next) next = base.registered + 1;
  return { next };
}

export interface OpenTable {
  readonly family: IpFamily;
  readonly name: string;
  readonly backend: "nft" | "legacy";
  readonly noFlush: boolean;
  readonly span: Span;
  /** The table as it is before; null: there is none. */
  readonly before: Table | null;
  readonly registration: Registration;
}

/**
 * The table that a restore begins with. iptables-nft deletes the old one and makes chains as they
 * are named; legacy keeps the built-in chains with their policies (both measured).
 */
export function openTable(open: OpenTable): DraftTable {
  const { family, name, backend, noFlush, span, before } = open;
  const origin = backend === "nft" ? "iptables-nft" : "iptables-legacy";
  const chains = new Map<string, DraftChain>();
  for (const chain of before?.chains ?? []) {
    if (noFlush || (backend === "legacy" && chain.base !== null))
      chains.set(chain.name, {
        name: chain.name,
        base: chain.base,
        rules: noFlush ? [...chain.rules] : [],
        span: chain.span,
        declared: false,
      });
  }
  const draft: DraftTable = {
    family,
    name,
    origin,
    backend,
    chains,
    span: noFlush && before !== null ? before.span : span,
    refused: false,
  };
  if (backend === "legacy")
    for (const chain of builtInChains(name)) makeChain(draft, chain, span, open.registration);
  return draft;
}

/** The chain of that name; a built-in one is made with policy accept where it is missing. */
export function makeChain(
  draft: DraftTable,
  name: string,
  span: Span,
  registration: Registration,
): DraftChain {
  const found = draft.chains.get(name);
  if (found !== undefined) return found;
  const builtIn = builtInChain(draft.name, name, draft.backend);
  const base: BaseChain | null =
    builtIn === null
      ? null
      : {
          ...builtIn,
          policy: "accept",
          devices: [],
          registered: registration.next++,
          policySpan: span,
        };
  const made: DraftChain = { name, base, rules: [], span, declared: false };
  draft.chains.set(name, made);
  return made;
}

/** The table as the kernel holds it, or null where nothing of it is left. */
export function closeTable(draft: DraftTable): Table | null {
  if (draft.chains.size === 0) return null;
  const chains = [...draft.chains.values()].map(
    ({ name, base, rules, span }): Chain => ({ name, base, rules, span }),
  );
  return {
    family: draft.family,
    name: draft.name,
    origin: draft.origin,
    dormant: false,
    chains,
    sets: [],
    objects: [],
    flowtables: [],
    span: draft.span,
  };
}
