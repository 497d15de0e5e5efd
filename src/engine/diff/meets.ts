import type { Node } from "../bdd/index.ts";
import { flowPackets, pathOfPart } from "../intents/flowPackets.ts";
import type { FlowPart, Intent } from "../intents/model.ts";
import type { ComparedPath } from "./comparePath.ts";

/** Which promises have packets in a class, as these come in: what NAT makes of them is no packet of theirs. */
export function promiseFinder(
  { analysis, path }: ComparedPath,
  promises: ReadonlyMap<string, Intent>,
): (packets: Node) => readonly string[] {
  const { arena, layout } = analysis;
  const asked = [...promises].flatMap(([id, { kind, flows }]) => {
    const parts: readonly FlowPart[] = kind === "blocked" ? ["first"] : ["first", "later", "reply"];
    return flows.flatMap((pattern) =>
      parts
        .filter((part) => pathOfPart(pattern.path, part) === path)
        .map((part) => ({ id, packets: flowPackets(layout, kind, pattern, part) })),
    );
  });
  return (packets) => [
    ...new Set(asked.filter((one) => arena.intersects(one.packets, packets)).map(({ id }) => id)),
  ];
}
