import type { Node } from "../bdd/index.ts";
import type { RejectWith } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";
import { familyNode } from "./tracking.ts";
import type { World } from "./world.ts";

/** What an `icmpx` code sends to each family (nft_reject_inet; measured). */
const ICMPX: Readonly<Record<IpFamily, readonly number[]>> = {
  ip: [0, 3, 1, 13],
  ip6: [0, 4, 3, 1],
};

/** The kinds of answer to some packets: `icmpx` is another one in each family. */
export function rejectKinds(
  world: World,
  reject: RejectWith,
  packets: Node,
): readonly { readonly packets: Node; readonly with: RejectWith }[] {
  if (reject.kind !== "icmp" || reject.family !== "both") return [{ packets, with: reject }];
  return (["ip", "ip6"] as const).map((family) => ({
    packets: world.arena.and(packets, familyNode(world, family)),
    with: rejectFor(reject, family),
  }));
}

/** The answer to packets of one family. */
export function rejectFor(reject: RejectWith, family: IpFamily): RejectWith {
  if (reject.kind !== "icmp" || reject.family !== "both") return reject;
  return { kind: "icmp", family, code: ICMPX[family][reject.code] ?? reject.code };
}
