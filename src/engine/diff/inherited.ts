import type { Range } from "../base/range.ts";
import { namesIn } from "../device/chainsBelow.ts";
import type { Chain, Device, Rule, Table } from "../device/device.ts";
import { type Asked, questionsOf } from "./asked.ts";

/* What packets have been asked on their way to a chain: who comes to `from_dmz` by `iifname "dmz"` alone came by dmz. */

const NOTHING: Asked = new Map();

/** Of a chain: what holds for each packet that comes to it, by whichever way. */
export type Inherited = (chain: Chain) => Asked;

/** Tables never change. */
const KNOWN = new WeakMap<Table, Inherited>();

function inheritedIn(table: Table): Inherited {
  const known = KNOWN.get(table) ?? workOut(table);
  KNOWN.set(table, known);
  return known;
}

/** What holds on both sides: an edit can open another way to a chain. Both have the same tables in the same order. */
export function commonInherited(before: Device, after: Device): (table: Table) => Inherited {
  return (table) => {
    const place = Math.max(before.tables.indexOf(table), after.tables.indexOf(table));
    const sides = [before.tables[place], after.tables[place]];
    return ({ name }) =>
      anyOf(
        sides.map((side) => {
          const chain = side?.chains.find((one) => one.name === name);
          return side === undefined || chain === undefined ? NOTHING : inheritedIn(side)(chain);
        }),
      );
  };
}

interface Caller {
  readonly chain: Chain;
  readonly rule: Rule;
}

function workOut(table: Table): Inherited {
  const callers = callersIn(table);
  const found = new Map<Chain, Asked>();
  const inherited = (chain: Chain): Asked => {
    const known = found.get(chain);
    if (known !== undefined) return known;
    /* Of a circle nothing is known; nor of a base chain, to which packets come from outside. */
    found.set(chain, NOTHING);
    const own = callers.get(chain.name) ?? [];
    const asked = chain.base === null ? anyOf(own.map((caller) => onWay(caller))) : NOTHING;
    found.set(chain, asked);
    return asked;
  };
  const onWay = ({ chain, rule }: Caller): Asked =>
    both(inherited(chain), questionsOf(rule, table));
  return inherited;
}

function callersIn(table: Table): ReadonlyMap<string, readonly Caller[]> {
  const callers = new Map<string, Caller[]>();
  for (const chain of table.chains)
    for (const rule of chain.rules) {
      if (rule.isPlain) continue;
      for (const name of new Set(rule.statements.flatMap((one) => namesIn(table, one)))) {
        const known = callers.get(name) ?? [];
        callers.set(name, known);
        known.push({ chain, rule });
      }
    }
  return callers;
}

/** What a rule asks goes before what was asked on the way to it: either holds. */
export function both(way: Asked, own: Asked): Asked {
  return way.size === 0 ? own : new Map([...way, ...own]);
}

/** Ranges of one selector that are put together; of more, nothing is said. */
const MAXIMUM_RANGES = 32;

/** What holds by each of several ways. */
function anyOf(ways: readonly Asked[]): Asked {
  const [first, ...others] = ways;
  if (first === undefined) return NOTHING;
  const found = new Map<string, readonly Range[]>();
  for (const [id, ranges] of first) {
    const all = [...ranges];
    const isAsked = others.every((way) => {
      const more = way.get(id);
      if (more !== undefined) all.push(...more);
      return more !== undefined;
    });
    if (isAsked && all.length <= MAXIMUM_RANGES) found.set(id, all);
  }
  return found;
}
