import { digestOf } from "../base/digest.ts";
import { canonicalStatements, canonicalText } from "../compile/index.ts";
import type { Device, Table } from "../device/device.ts";
import { decidesByPacket } from "../device/ofPacket.ts";
import type { NamedSet, SetElement } from "../device/set.ts";
import type { NamedObject, Statement } from "../device/statement.ts";

/** Statements that are kept as text name their maps with an `@`. */
const REFERENCE = /"kind":"(named|ipset|objectReference|dynamicSet)"|@/;

/** Statements that name nothing: they never change, and are asked for each comparison. */
const NAMELESS = new WeakSet<readonly Statement[]>();

/** Whether statements name nothing of their table but chains, and keep nothing. */
export function decidesAlone(statements: readonly Statement[]): boolean {
  const known = ALONE.get(statements) ?? statements.every(decidesByPacket);
  ALONE.set(statements, known);
  return known;
}

const ALONE = new WeakMap<readonly Statement[], boolean>();

/** The content of everything that the statements of a rule name. */
export function contentsOf(device: Device, table: Table, statements: readonly Statement[]): string {
  if (NAMELESS.has(statements)) return "";
  const text = canonicalStatements(statements);
  if (!REFERENCE.test(text)) {
    NAMELESS.add(statements);
    return "";
  }
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
  const known = contents.get(named) ?? textOf(named);
  contents.set(named, known);
  return known;
}

/** More elements than this are not written out. */
const MANY_ELEMENTS = 1000;

function textOf(named: NamedSet | NamedObject): string {
  if (!("elements" in named) || named.elements.length <= MANY_ELEMENTS) return canonicalText(named);
  const { elements, ...rest } = named;
  return `${canonicalText(rest)} ${digestOf(texts(elements))}`;
}

function* texts(elements: readonly SetElement[]): Iterable<string> {
  for (const element of elements) yield canonicalText(element);
}
