import { createInterface } from "node:readline";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import { type Api, type CallFault, isFault } from "../server/client.ts";
import { type Choice, menuOf } from "../server/drillMenu.ts";
import { debriefText, drillsText, lastText, menuText, storyText } from "../server/drillText.ts";
import type { DebriefBody, DrillActionBody, DrillListBody, DrillRunBody } from "../server/model.ts";
import { type Asking, print, versioned, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

/** The next line that somebody types; null: there are no more. */
export type NextLine = () => Promise<string | null>;

/** Drills that there are, and one's own runs. */
export function listDrills(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const list = await api.get<DrillListBody>("/v1/drills");
    if (isFault(list)) return list;
    print(options, streams, list, (one) => drillsText(one, streams.out.style));
    return EXIT.clean;
  });
}

/** What a run of one's own was worth. */
export function debriefDrill(run: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, (api) => tellDebrief(api, run, options, streams));
}

/** Plays a drill, choice by choice; with `--json` a line of standard input is an action, and each answer a line. */
export function playDrill(
  drill: string,
  options: Asking,
  streams: Streams,
  next: NextLine = linesOfInput(),
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const path = `/v1/drills/${encodeURIComponent(drill)}/runs`;
    const run = await api.send<DrillRunBody>("POST", path, {});
    if (isFault(run)) return run;
    return options.json === true
      ? playByLines(api, run, streams, next)
      : playByMenu(api, run, options, streams, next);
  });
}

type End = Promise<ExitCode | CallFault>;

async function playByMenu(
  api: Api,
  begun: DrillRunBody,
  options: Asking,
  streams: Streams,
  next: NextLine,
): End {
  const { out } = streams;
  out.write(storyText(begun, out.style));
  for (let run = begun; ; ) {
    const action = await chooseAction(menuOf(run), streams, next);
    if (action === null) {
      out.write(`the run stays open: \`premortem drill play ${run.drill.id}\` goes on with it\n`);
      return EXIT.clean;
    }
    const answer = await act(api, run, action);
    if (isFault(answer)) return answer;
    run = answer;
    out.write(lastText(run, out.style));
    if (run.isOver) return tellDebrief(api, String(run.id), options, streams);
  }
}

/** Null: the trainee leaves. What is no number of the list is asked for again. */
async function chooseAction(
  menu: readonly Choice[],
  { out, error }: Streams,
  next: NextLine,
): Promise<DrillActionBody | null> {
  for (let choices = menu; ; ) {
    out.write(`${menuText(choices)}what do you do? `);
    const line = await next();
    if (line === null) return null;
    const does = choices[Number(line.trim()) - 1]?.does;
    switch (does?.kind) {
      case "action":
        return does.action;
      case "leave":
        return null;
      case "group":
        choices = does.choices;
        break;
      case "type": {
        out.write("nft ");
        const script = (await next())?.trim() ?? "";
        if (script !== "") return { kind: "nft", script };
        choices = menu;
        break;
      }
      case undefined:
        tellUsage(error, `\`${line.trim()}\` is none of them`, `type 1 to ${choices.length}`);
        choices = menu;
    }
  }
}

async function playByLines(api: Api, begun: DrillRunBody, streams: Streams, next: NextLine): End {
  const { out, error } = streams;
  out.write(`${JSON.stringify(versioned(begun))}\n`);
  for (let run = begun; !run.isOver; ) {
    const line = await next();
    if (line === null) return EXIT.clean;
    if (line.trim() === "") continue;
    const action = parseAction(line);
    if (action === null) {
      tellUsage(error, `\`${line.trim()}\` is no action`, 'write a line like {"kind":"declare"}');
      return EXIT.usage;
    }
    const answer = await act(api, run, action);
    if (isFault(answer)) return answer;
    run = answer;
    out.write(`${JSON.stringify(versioned(run))}\n`);
  }
  return EXIT.clean;
}

/** What it has to be beside an object the server says. Null: it is none. */
function parseAction(line: string): DrillActionBody | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as DrillActionBody) : null;
  } catch {
    return null;
  }
}

function act(api: Api, { id }: DrillRunBody, action: DrillActionBody) {
  return api.send<DrillRunBody>("POST", `/v1/drill-runs/${id}/actions`, action);
}

async function tellDebrief(api: Api, run: string, options: Asking, streams: Streams): End {
  const path = `/v1/drill-runs/${encodeURIComponent(run)}/debrief`;
  const debrief = await api.get<DebriefBody>(path);
  if (isFault(debrief)) return debrief;
  print(options, streams, debrief, (one) => debriefText(one, streams.out.style));
  return debrief.outcome === "restored" ? EXIT.clean : EXIT.findings;
}

/** Lines of standard input, whoever types or writes them. */
function linesOfInput(): NextLine {
  let lines: AsyncIterator<string> | null = null;
  return async () => {
    lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const { value, done } = await lines.next();
    return done === true ? null : value;
  };
}
