import type { Aim } from "../aim/assemble.ts";
import { asFirst, opener, stage } from "../aim/stage.ts";
import { endOf, isHost, type Outside, type Scenario, turnedAround } from "../scenario.ts";
import { ACK, FIN, RST, type Sketch, SYN, TCP } from "../sketch.ts";

/** Ways to put the packet where it is in its state, the straight ones first. */
export function scenariosFor(aim: Aim, outside: Outside): readonly Scenario[] {
  const { sketch, state } = aim;
  const staged = [0, 1, 2, 3].map((attempt) => stage(outside, aim, attempt));
  const all: Scenario[] = [];
  switch (state) {
    case "established":
      all.push(...continued(aim, staged), overLoopback(aim));
      break;
    case "related":
      all.push(...staged);
      break;
    case "invalid":
      all.push(...strange(sketch).map((one) => [one]), ...staged);
      break;
    default:
      all.push([sketch], ...staged.slice(0, 1));
  }
  return [...all, ...all.flatMap(elsewhere)]
    .map((scenario) => scenario.map((one) => straightened(one, outside)))
    .filter((scenario) => scenario.every(isPossible));
}

/** On the way that its destination takes; within the device any two addresses will do. */
function straightened(sketch: Sketch, outside: Outside): Sketch {
  if (sketch.path === "output" && sketch.out === "lo") return sketch;
  return outside.routed(overDevice(outside.routed(sketch)));
}

/** What goes to its own sender never leaves, and within the device nothing goes to a group. */
function isPossible({ family, path, out, source, destination }: Sketch): boolean {
  if (path !== "output") return true;
  if (out !== "lo") return source !== destination;
  return isHost(family, source) && isHost(family, destination);
}

/** Only an own packet comes in by the loopback device. */
function overDevice(sketch: Sketch): Sketch {
  if (sketch.in === "lo") return { ...sketch, path: "output", in: null, out: "lo" };
  return sketch.path === "forward" && sketch.out === "lo" ? { ...sketch, out: sketch.in } : sketch;
}

/** Packets that tracking calls invalid whatever went before. */
function strange(sketch: Sketch): readonly Sketch[] {
  const flags = [sketch.tcp.flags, SYN | FIN, SYN | ACK, RST, 0];
  const tcp = sketch.protocol === TCP ? flags : [];
  const broken = [{ ...sketch, more: [...sketch.more, "csum=bad"] }];
  return [
    sketch,
    ...broken,
    ...tcp.map((one) => ({ ...sketch, tcp: { ...sketch.tcp, flags: one } })),
  ];
}

/** The packet itself behind a conversation of its flow. */
function continued({ sketch }: Aim, staged: readonly Scenario[]): readonly Scenario[] {
  return staged.flatMap((scenario) => {
    const [first, answer, next] = scenario;
    if (first === undefined || answer === undefined || next === undefined) return [scenario];
    const isReply = first.source !== sketch.source || first.sourcePort !== sketch.sourcePort;
    const [mine, other] = isReply ? [answer, next] : [next, answer];
    const tcp = {
      flags: sketch.tcp.flags,
      sequence: isReply ? endOf(answer) : next.tcp.sequence,
      acknowledgement: endOf(other),
    };
    const last = { ...mine, tcp, ttl: sketch.ttl, payload: sketch.payload, more: sketch.more };
    return [scenario, [...scenario, last]];
  });
}

/** The flow begins and is answered within the device; then the addresses are those of others. */
function overLoopback({ sketch, direction }: Aim): Scenario {
  const first: Sketch = {
    ...(direction === "reply" ? opener(sketch) : asFirst(sketch)),
    path: "output",
    in: null,
    out: "lo",
  };
  const answer = turnedAround(first);
  const [mine, other] = direction === "reply" ? [answer, first] : [first, answer];
  const tcp = {
    flags: sketch.tcp.flags,
    sequence: endOf(mine),
    acknowledgement: endOf(other),
  };
  return [first, answer, { ...sketch, tcp }];
}

/** The last packet on another way: NAT and routing may want it so. */
function elsewhere(scenario: Scenario): readonly Scenario[] {
  const last = scenario.at(-1);
  if (last === undefined) return [];
  const before = scenario.slice(0, -1);
  const out = last.out ?? last.in;
  const ways: readonly Partial<Sketch>[] =
    last.path === "output"
      ? [{ out: "lo" }]
      : last.path === "forward"
        ? [{ path: "input" }]
        : [{ path: "forward", out }];
  return ways.map((way) => [...before, { ...last, ...way }]);
}
