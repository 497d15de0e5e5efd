import { interfaceNameValue } from "../base/interfaceName.ts";
import { atomOf } from "../packet/header/atoms.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import type { End, FlowPart, FlowPattern } from "./model.ts";

/** The packet with the pattern's own interfaces instead of others that no rule tells from them. */
export function withOwnNames(
  layout: HeaderLayout,
  packet: string,
  { from, to }: FlowPattern,
  part: FlowPart,
): string {
  const [source, target] = part === "reply" ? [to, from] : [from, to];
  return renamed(layout, renamed(layout, packet, "in", source), "out", target);
}

function renamed(layout: HeaderLayout, packet: string, side: "in" | "out", end: End): string {
  const { atoms } = layout.interface(side);
  return packet.replace(new RegExp(` ${side}=(\\S+)`), (all, name: string) => {
    const own = end.interfaces === "unknown" ? [] : (end.interfaces ?? []);
    if (own.includes(name)) return all;
    const shown = atomOf(atoms, interfaceNameValue(name));
    const twin = own.find(
      (one) => !one.endsWith("*") && atomOf(atoms, interfaceNameValue(one)) === shown,
    );
    return twin === undefined ? all : ` ${side}=${twin}`;
  });
}
