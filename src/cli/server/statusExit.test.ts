import { expect, test } from "vitest";
import { EXIT } from "../exit.ts";
import type { StatusBody } from "./model.ts";
import { statusExit } from "./statusExit.ts";

type Monitor = StatusBody["monitors"][number];
type Channel = StatusBody["channels"][number];
type Alert = StatusBody["alerts"][number];

const NOTHING = {
  incidents: [],
  symptoms: [],
  alerts: [],
  devices: [],
  probes: [],
  monitors: [],
  channels: [],
};

const monitor = (state: Monitor["state"]): Monitor => ({
  monitor: "log of mail1",
  kind: "postfix",
  device: "mail1",
  state,
  sinceMs: 0,
  reason: "",
  lastMs: null,
  counts: {},
  notes: [],
});
const alert = (status: Alert["status"]): Alert => ({
  id: 1,
  key: "k",
  group: "g",
  severity: "page",
  title: "t",
  text: "",
  labels: {},
  status,
  raisedMs: 0,
  acknowledged: null,
  resolvedMs: null,
});
const channel = (state: Channel["state"]): Channel => ({ name: "pager", state, waiting: 0 });
const FAILING = channel({ kind: "failing", sinceMs: 0, reason: "refused", attempts: 3 });
const symptom = { id: "s", monitor: "log of mail1", text: "deferred", sinceMs: 0 };

test.each([
  ["nothing to see and nothing wrong", {}, EXIT.clean],
  ["a monitor that sees", { monitors: [monitor("seeing")] }, EXIT.clean],
  ["a blind monitor", { monitors: [monitor("blind")] }, EXIT.undecided],
  ["a monitor that begins", { monitors: [monitor("starting")] }, EXIT.undecided],
  ["an alert that fires", { alerts: [alert("firing")] }, EXIT.findings],
  ["an alert that somebody has in hand", { alerts: [alert("acknowledged")] }, EXIT.clean],
  ["a channel that fails", { channels: [FAILING] }, EXIT.findings],
  ["a channel that nothing went over", { channels: [channel({ kind: "unused" })] }, EXIT.clean],
  [
    "a symptom, though something is blind",
    { symptoms: [symptom], monitors: [monitor("blind")] },
    EXIT.findings,
  ],
])("with %s it ends so", (_, more, code) => {
  expect(statusExit({ ...NOTHING, ...more })).toBe(code);
});
