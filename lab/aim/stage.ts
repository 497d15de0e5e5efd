import { type Outside, type Scenario, turnedAround } from "../scenario.ts";
import { ICMP, ICMPV6, type Sketch, SYN, TCP, UDP } from "../sketch.ts";
import type { Aim } from "./assemble.ts";

/** Puts the packet where it is in the state that was asked for. */
export function stage(
  outside: Outside,
  { sketch: raw, state, direction }: Aim,
  attempt: number,
): Scenario {
  const sketch = outside.possible(raw);
  switch (state) {
    case "established":
      return established(outside, sketch, direction, attempt);
    case "related":
      return related(outside, sketch, attempt);
    case "invalid":
      return [invalid(sketch)];
    case "new":
      return [sketch];
    case "untracked":
      return [attempt % 2 === 1 ? neighbourQuestion(sketch) : sketch];
    case null:
      break;
  }
  if (direction === "reply" || attempt % 4 === 2)
    return established(outside, sketch, direction, attempt);
  return attempt % 4 === 3 ? outside.conversation(sketch) : [sketch];
}

/** As the answer to a packet from the other side, or as a later packet of its own flow. */
function established(
  outside: Outside,
  sketch: Sketch,
  direction: Aim["direction"],
  attempt: number,
): Scenario {
  const asReply = direction === "reply" || (direction === null && attempt % 2 === 0);
  return outside.conversation(asReply ? opener(sketch) : asFirst(sketch));
}

function related(outside: Outside, sketch: Sketch, attempt: number): Scenario {
  const isIcmp = sketch.protocol === ICMP || sketch.protocol === ICMPV6;
  const v4 = sketch.family === "ip";
  const type = v4 ? ([3, 11, 3, 12] as const) : ([1, 3, 2, 4] as const);
  const asked = isIcmp && (v4 ? [3, 4, 5, 11, 12] : [1, 2, 3, 4]).includes(sketch.icmp.type);
  const kind = asked ? sketch.icmp.type : type[attempt % 4];
  const flow = { ...sketch, protocol: isIcmp ? UDP : sketch.protocol };
  const first = attempt % 2 === 0 ? opener(flow) : asFirst(flow);
  return outside.failure(first, kind ?? 3, asked ? sketch.icmp.code : attempt % 2);
}

function invalid(sketch: Sketch): Sketch {
  if (sketch.protocol === TCP) return { ...sketch, tcp: { ...sketch.tcp, flags: 3 } };
  if (sketch.protocol === ICMP) return { ...sketch, icmp: { ...sketch.icmp, type: 0 } };
  if (sketch.protocol === ICMPV6) return { ...sketch, icmp: { ...sketch.icmp, type: 129 } };
  return { ...sketch, protocol: TCP, tcp: { ...sketch.tcp, flags: 3 } };
}

/** The packet of the other side that `sketch` would answer. */
export function opener(sketch: Sketch): Sketch {
  const turned = turnedAround(sketch);
  const tcp = { flags: SYN, sequence: 1000, acknowledgement: 0 };
  const icmp = { ...turned.icmp, type: sketch.family === "ip" ? 8 : 128, code: 0 };
  const first = { ...turned, tcp, icmp };
  if (sketch.out === "lo") return first;
  if (sketch.path === "forward") return { ...first, in: sketch.out, out: sketch.in };
  if (sketch.path === "input") return { ...first, path: "output", in: null, out: sketch.in };
  return { ...first, path: "input", in: sketch.out, out: sketch.out };
}

export function asFirst(sketch: Sketch): Sketch {
  return { ...sketch, tcp: { flags: SYN, sequence: 1000, acknowledgement: 0 } };
}

/** Neighbour discovery is never tracked; in IPv4 only a rule makes packets so. */
function neighbourQuestion(sketch: Sketch): Sketch {
  if (sketch.family === "ip") return sketch;
  return { ...sketch, protocol: ICMPV6, icmp: { ...sketch.icmp, type: 135 } };
}
