import { canonicalStatements, canonicalText } from "../compile/index.ts";
import type { Device, Table } from "../device/device.ts";
import type { NamedSet } from "../device/set.ts";
import type { NamedObject, Statement } from "../device/statement.ts";

/** Statements that are kept as text name their maps with an `@`. */
const REFERENCE = /"kind":"(named|ipset|objectReference|dynamicSet)"|@/;

/** The content of everything that the statements of a rule name. */
export function contentsOf(device: Device, table: Table, statements: readonly Statement[]): string {
  const text = canonicalStatements(statements);
  if (!REFERENCE.test(text)) return "";
  const named = [...table.sets, ...table.objects, ...device.ipsets.values()];
  return named
    .filter(({ name }) => text.includes(`"${name}"`) || text.includes(`@${name}`))
    .flatMap((one) => [one, ...membersOf(device, one)])
    .map((one) => ` with ${contentOf(one)}`)
    .join("");
}

/** A set of sets holds what its members hold; there are no deeper ones. */
function membersOf(device: Device, one: NamedSet | NamedObject): readonly NamedSet[] {
  const members = "ipset" in one ? (one.ipset?.members ?? []) : [];
  return members.flatMap((name) => device.ipsets.get(name) ?? []);
}

const contents = new WeakMap<NamedSet | NamedObject, string>();

function contentOf(named: NamedSet | NamedObject): string {
  const known = contents.get(named) ?? canonicalText(named);
  contents.set(named, known);
  return known;
}
