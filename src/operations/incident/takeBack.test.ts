import { describe, expect, test } from "vitest";
import type { Ran, Transport, TransportFault } from "../../platform/transport/transport.ts";
import { readListing } from "../apply/listing.ts";
import type { OwnWork } from "../audit/who.ts";
import { type PlannedUndo, sendUndo } from "./takeBack.ts";

const WANTED =
  "table inet edge {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t}\n}\n";
const OTHER =
  "table inet edge {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\tdrop\n\t}\n}\n";

const PLANNED: PlannedUndo = {
  kind: "planned",
  undo: {
    kind: "undo",
    script: "delete rule inet edge forward handle 4\n",
    extent: "rules",
    removed: ["drop"],
    restored: [],
    wanted: readListing(WANTED) ?? [],
  },
  listing: OTHER,
  repairs: [],
  stillBroken: [],
  undecided: [],
};

const fault = (kind: TransportFault["fault"]): TransportFault => ({
  kind: "fault",
  fault: kind,
  message: `it is ${kind}`,
  help: "look at the way to it",
});
const ran = (code: number | null, out = ""): Ran => ({ kind: "ran", code, out, error: "" });

/** What becomes of an undo on a device that answers so, and what was told of whose work it is. */
async function sent(...answers: readonly (Ran | TransportFault)[]) {
  const told: (OwnWork | null)[] = [];
  const left = [...answers];
  const transport: Pick<Transport, "run"> = {
    run: async () => {
      const answer = left.shift();
      if (answer === undefined) throw new Error("nothing more was expected");
      return answer;
    },
  };
  const work: OwnWork = { kind: "revert", login: "ana" };
  const attribute = (_: string, whose: OwnWork) => {
    told.push(whose);
    return () => void told.push(null);
  };
  const part = { text: "", folder: "" };
  const sender = { device: "edge", part, work, attribute };
  const result = await sendUndo(transport, PLANNED, sender).catch((error: unknown) =>
    String(error),
  );
  expect(told).toEqual([work, null]);
  expect(left).toEqual([]);
  return typeof result === "string" ? result : result.reason;
}

describe("an undo", () => {
  test("that was seen to load and is read back is done", async () => {
    expect(await sent(ran(0), ran(0, WANTED))).toBe("done");
  });
  test("whose end was not seen is read back, and is what runs then", async () => {
    expect(await sent(fault("lost"), ran(0, WANTED))).toBe("done");
    expect(await sent(ran(null), ran(0, WANTED))).toBe("done");
    expect(await sent(fault("timedOut"), ran(0, OTHER))).toMatch(/not what was proved: .*timedOut/);
  });
  test("that can neither be seen nor read back is not known", async () => {
    expect(await sent(fault("lost"), fault("unreachable"))).toMatch(/^it is not known what runs: /);
    expect(await sent(ran(0), ran(1))).toMatch(/^it is not known what runs: nft has loaded it/);
  });
  test("that was never sent has failed", async () => {
    expect(await sent(fault("unreachable"))).toBe("it is unreachable");
  });
  test("is nobody's work any more where its transport breaks", async () => {
    expect(await sent()).toMatch(/nothing more was expected/);
  });
});
