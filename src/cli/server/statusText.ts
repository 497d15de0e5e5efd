import { columns, type Style, shown, type Tint, tint } from "../../report/formats/text/style.ts";
import { changeLine } from "./changeText.ts";
import { incidentLine } from "./incidentText.ts";
import type { DeviceBody, ProbeBody, StatusBody } from "./model.ts";
import { spanText, timeText } from "./times.ts";

/** Everything that somebody has to know at once, in exact words: what was not seen is never shown as well. */
export function statusText(status: StatusBody, style: Style): string {
  const { atMs, devices, probes, monitors, symptoms, alerts, incidents, changes } = status;
  const { channels, notAllOf } = status;
  const block = (title: string, lines: readonly string[], none: string) =>
    `${tint(style, "bold", title)}\n${lines.length === 0 ? `  ${none}` : lines.map((line) => `  ${line}`).join("\n")}`;
  const parts = [
    `premortem ${shown(status.version)}, ${timeText(atMs)} UTC`,
    block(
      "INCIDENTS",
      incidents.map((one) => incidentLine(one, style)),
      "none open",
    ),
    ...(alerts.length === 0
      ? []
      : [block("ALERTS", columns(alerts.map((one) => alertCells(one, style))), "")]),
    block(
      "DEVICES",
      [
        ...columns(devices.map((one) => deviceCells(one, atMs, style))),
        ...devices.flatMap(askedLine),
        ...devices.flatMap(revertLine),
        ...devices.flatMap(pollingLine),
      ],
      "none named",
    ),
    block("PROBES", columns(probes.map((one) => probeCells(one, atMs, style))), "none named"),
    ...(monitors.length === 0
      ? []
      : [
          block(
            "MONITORS",
            [
              ...columns(monitors.map((one) => monitorCells(one, atMs, style))),
              ...monitors.flatMap(noteLines),
            ],
            "",
          ),
        ]),
    ...(symptoms.length === 0
      ? []
      : [
          block(
            "SYMPTOMS",
            symptoms.map(({ text, sinceMs }) => `${shown(text)}, for ${spanText(atMs - sinceMs)}`),
            "",
          ),
        ]),
    block("ALERTS GO TO", columns(channels.map((one) => channelCells(one, atMs, style))), NOBODY),
    block(
      "CHANGES",
      changes.map((one) => changeLine(one, style)),
      "none waits",
    ),
    ...notAllOf.map(
      (kind) => `There are more ${kind} than are listed: \`premortem ${LISTS[kind]}\``,
    ),
  ];
  return `${parts.join("\n\n")}\n`;
}

const NOBODY = "nobody: name a webhook or an Alertmanager under `notify` in the network file";

const LISTS = { alerts: "alerts", incidents: "incident", changes: "changes" } as const;

function alertCells(alert: StatusBody["alerts"][number], style: Style): readonly string[] {
  const { id, status, severity, title, acknowledged } = alert;
  const by = acknowledged === null ? "" : ` (${shown(acknowledged.by)} has it in hand)`;
  const colour = status === "firing" ? "red" : "yellow";
  return [String(id), tint(style, colour, status), severity, `${shown(title)}${by}`];
}

function askedLine({ name, asked }: DeviceBody): readonly string[] {
  if (asked === null) return [];
  const { login, lost } = asked;
  return [
    `${shown(login)} asks to adopt what loses ${lost.map(shown).join(", ")}: \`premortem init ${shown(name)} --agree\``,
  ];
}

/** A revert that somebody has to know of: one that goes on, and one that nobody knows what came of. */
function revertLine({ name, lastRevert }: DeviceBody): readonly string[] {
  if (lastRevert === null) return [];
  const { login, isOver, state, text } = lastRevert;
  if (isOver && state !== "stuck") return [];
  const how = text === null ? state : `${state}, ${text}`;
  return [`${shown(login)} takes drift back on ${shown(name)}: ${shown(how)}`];
}

/** What of a device is not seen as it changes. */
function pollingLine({ name, watch }: DeviceBody): readonly string[] {
  return watch.kind === "watching" ? [`${shown(name)}: ${shown(watch.polling.text)}`] : [];
}

/** What a monitor does not see though it looks. */
function noteLines({ monitor, notes }: StatusBody["monitors"][number]): readonly string[] {
  return notes.map((note) => `${shown(monitor)}: ${shown(note)}`);
}

const MONITOR_COLOURS = { starting: "yellow", seeing: "green", blind: "red" } as const;

function monitorCells(
  { monitor, state, sinceMs, reason }: StatusBody["monitors"][number],
  nowMs: number,
  style: Style,
): readonly string[] {
  const words = `${tint(style, MONITOR_COLOURS[state], state)} for ${spanText(nowMs - sinceMs)}`;
  return [shown(monitor), reason === "" ? words : `${words}: ${shown(reason)}`];
}

function channelCells(
  { name, state, waiting }: StatusBody["channels"][number],
  nowMs: number,
  style: Style,
): readonly string[] {
  const waits = waiting === 0 ? "" : `; ${waiting} wait`;
  switch (state.kind) {
    case "unused":
      return [shown(name), `nothing was told yet${waits}`];
    case "ok":
      return [shown(name), `${tint(style, "green", "reached")}${waits}`];
    case "failing": {
      const since = `not reached for ${spanText(nowMs - state.sinceMs)}`;
      return [shown(name), `${tint(style, "red", since)}: ${shown(state.reason)}${waits}`];
    }
  }
}

function deviceCells({ name, watch }: DeviceBody, nowMs: number, style: Style): readonly string[] {
  const [colour, text] = deviceWords(watch, nowMs);
  return [shown(name), tint(style, colour, text)];
}

function deviceWords(watch: DeviceBody["watch"], nowMs: number): readonly [Tint, string] {
  switch (watch.kind) {
    case "noBaseline":
      return ["yellow", "not watched: nobody has adopted a baseline (`premortem init`)"];
    case "blind":
      return ["red", `not seen for ${spanText(nowMs - watch.sinceMs)}: ${shown(watch.reason)}`];
    case "watching": {
      const { isDrift, meaning, broken, isWhole, atMs, change } = watch.drift;
      const part = isWhole ? "" : "; part of it could not be read";
      if (!isDrift) return ["green", `runs what was approved${part}`];
      if (change !== null) return ["blue", `change ${change} is being applied`];
      const since = `since ${timeText(atMs)}${part}`;
      if (broken.length > 0)
        return ["red", `drift breaks ${broken.map(({ id }) => shown(id)).join(", ")}, ${since}`];
      return ["yellow", `drift, ${DRIFT_WORDS[meaning]}, ${since}`];
    }
  }
}

const DRIFT_WORDS = {
  harmless: "proved to change the fate of no packet",
  moves: "packets fare otherwise, no intent is broken",
  breaks: "it breaks intents",
  unclear: "what it means could not be proved",
} as const;

const COLOURS = { ok: "green", degraded: "yellow", failed: "red", blind: "yellow" } as const;

function probeCells(probe: ProbeBody, nowMs: number, style: Style): readonly string[] {
  const { name, outcome, isStale, reason, sinceMs, vantage } = probe;
  if (outcome === null) return [shown(name), tint(style, "yellow", "not asked yet")];
  if (isStale) return [shown(name), tint(style, "yellow", "too old to say anything")];
  const since = sinceMs === null ? "" : ` for ${spanText(nowMs - sinceMs)}`;
  const why = reason === null ? "" : `: ${shown(reason)}`;
  const from = outcome === "ok" || vantage === null ? "" : ` (${shown(vantage)})`;
  return [shown(name), `${tint(style, COLOURS[outcome], outcome)}${since}${why}${from}`];
}
