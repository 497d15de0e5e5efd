import { parsePlaybook } from "../../operations/playbook/playbookFile.ts";
import { readText } from "../../platform/files.ts";
import { shown } from "../../report/formats/text/style.ts";
import type { ExitCode } from "../exit.ts";
import { EXIT } from "../exit.ts";
import { tellNetworkErrors, tellUsage } from "../problems.ts";
import { isFault } from "../server/client.ts";
import type {
  PlaybookBody,
  PlaybookList,
  PlaybookRunBody,
  PlaybookRunList,
} from "../server/model.ts";
import { choiceText, playbookText, runText } from "../server/playbookText.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

export function listPlaybooks(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const list = await api.get<PlaybookList>("/v1/playbooks");
    if (isFault(list)) return list;
    print(options, streams, list, ({ playbooks }) =>
      playbooks.length === 0
        ? "no playbook yet: put one into the folder `playbooks` beside the network file\n"
        : playbooks
            .map(
              ({ id, title, owner, reviewBy, isOverdue, readBy }) =>
                `${shown(id)}  ${shown(title)}  owner ${shown(owner)}, review by ${reviewBy}${isOverdue ? " (overdue)" : ""}, read by ${readBy.length}\n`,
            )
            .join(""),
    );
    for (const { path, message, help } of list.problems)
      tellUsage(streams.error, `${path}: ${message}`, help);
    const isOverdue = list.playbooks.some((one) => one.isOverdue);
    return isOverdue || list.problems.length > 0 ? EXIT.findings : EXIT.clean;
  });
}

export function showPlaybook(name: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const one = await api.get<PlaybookBody>(pathOf(name));
    if (isFault(one)) return one;
    print(options, streams, one, (found) => playbookText(found, streams.out.style));
    return EXIT.clean;
  });
}

/** Says that you have read a playbook as it is now. */
export function readPlaybook(name: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const one = await api.get<PlaybookBody>(pathOf(name));
    if (isFault(one)) return one;
    const { version } = one;
    const read = await api.send<PlaybookBody>("POST", `${pathOf(name)}/read`, { version });
    if (isFault(read)) return read;
    print(
      options,
      streams,
      read,
      ({ title, readBy }) =>
        `${shown(title)}: read by ${readBy.map(({ login }) => shown(login)).join(", ")}\n`,
    );
    return EXIT.clean;
  });
}

export function playbookRuns(
  incident: string,
  options: Asking,
  streams: Streams,
): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const list = await api.get<PlaybookRunList>(runsPath(incident));
    if (isFault(list)) return list;
    print(options, streams, list, ({ runs, ...choice }) =>
      [...runs.map((one) => runText(one, streams.out.style)), choiceText(choice)].join(""),
    );
    return list.runs.some(({ status }) => status === "open") ? EXIT.findings : EXIT.clean;
  });
}

export function beginPlaybook(
  incident: string,
  playbook: string,
  options: Asking,
  streams: Streams,
): Promise<ExitCode> {
  return sendRun(runsPath(incident), { playbook }, options, streams);
}

export interface StepOptions extends Asking {
  readonly text?: string;
}

export function stepPlaybook(
  [incident, run, step, verb]: readonly [string, string, string, string],
  options: StepOptions,
  streams: Streams,
): Promise<ExitCode> {
  const path = `${runsPath(incident)}/${encodeURIComponent(run)}/steps/${encodeURIComponent(step)}`;
  return sendRun(path, { do: verb, text: options.text ?? "" }, options, streams);
}

function sendRun(path: string, body: object, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const run = await api.send<PlaybookRunBody>("POST", path, body);
    if (isFault(run)) return run;
    print(options, streams, run, (one) => runText(one, streams.out.style));
    return EXIT.clean;
  });
}

/** Says what is wrong with files of playbooks, at the line; names of the network are the server's to look up. */
export function checkPlaybooks(files: readonly string[], { out, error }: Streams): ExitCode {
  let isWrong = false;
  for (const file of files) {
    const read = readText(file);
    if (read.kind === "problem") {
      tellUsage(error, `\`${file}\` ${read.message}`, read.help);
      return EXIT.usage;
    }
    const { playbook, diagnostics } = parsePlaybook(file, read.text, null);
    if (playbook === null) tellNetworkErrors(error, file, read.text, diagnostics);
    else out.write(`${shown(file)}: ${shown(playbook.title)}, steps: ${playbook.steps.length}\n`);
    isWrong ||= playbook === null;
  }
  return isWrong ? EXIT.findings : EXIT.clean;
}

function pathOf(name: string): string {
  return `/v1/playbooks/${encodeURIComponent(name)}`;
}

function runsPath(incident: string): string {
  return `/v1/incidents/${encodeURIComponent(incident)}/playbook-runs`;
}
