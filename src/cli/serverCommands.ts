import type { Command } from "commander";
import { DEFAULT_WINDOW_S } from "../operations/apply/window.ts";
import {
  addAction,
  listActions,
  sayAction,
  showAction,
  statusPage,
  takeAction,
} from "./commands/action.ts";
import { apply, rollback } from "./commands/apply.ts";
import { approve, changes, grant, override, propose, prove, withdraw } from "./commands/change.ts";
import { init, pull, reload, revert } from "./commands/device.ts";
import { debriefDrill, listDrills, playDrill } from "./commands/drill.ts";
import { closeIncident, incident, note, postmortem, undo } from "./commands/incident.ts";
import { onCall } from "./commands/onCall.ts";
import { breakGlass, invitePerson, listPeople, resetPerson } from "./commands/person.ts";
import {
  beginPlaybook,
  checkPlaybooks,
  listPlaybooks,
  playbookRuns,
  readPlaybook,
  showPlaybook,
  stepPlaybook,
} from "./commands/playbook.ts";
import { serve } from "./commands/serve.ts";
import {
  acknowledge,
  alerts,
  createToken,
  events,
  listTokens,
  revokeToken,
  status,
} from "./commands/service.ts";
import { resetSimulation, simulate } from "./commands/simulate.ts";
import { surge } from "./commands/surge.ts";
import { trail } from "./commands/trail.ts";
import type { ExitCode } from "./exit.ts";
import { COMMAND_HELP, SERVER_HELP } from "./serverHelp.ts";
import type { Streams } from "./streams.ts";

/** What the commands need of the program. */
export interface Frame {
  readonly version: string;
  readonly streams: () => Streams;
  /** Told what a command ended with. */
  readonly end: (code: ExitCode) => void;
}

/** Commands that ask the server, and the one that starts it. */
export function addServerCommands(program: Command, { version, streams, end }: Frame): void {
  program
    .command("serve")
    .description("watches the devices of the network file, and answers the other commands")
    .option("--network <file>", "the network file", "premortem.yaml")
    .option("--data <folder>", "where it keeps what it knows", "premortem-data")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on", "7171")
    .option(
      "--simulated",
      "on a simulated network of its own, for looking and learning: reaches nothing real",
    )
    .option("--new-admin-token", "the token that makes others is lost: makes one in its place")
    .addHelpText("after", COMMAND_HELP.serve)
    .action(async (options) => end(await serve(options, version, streams())));
  const asking: Asking = (name, description, parent = program) =>
    parent
      .command(wordOf(name))
      .description(description)
      .option("--server <url>", "where the server is")
      .option("--token-file <file>", "a file with your token")
      .option("--json", "print JSON")
      .addHelpText("after", COMMAND_HELP[name] + SERVER_HELP);
  addDeviceCommands(asking, { version, streams, end });
  addChangeCommands(asking, { version, streams, end });
  addIncidentCommands(asking, { version, streams, end });
  addServiceCommands(asking, { version, streams, end });
  addSimulationCommands(asking, { version, streams, end });
  addPlaybookCommands(program, asking, { version, streams, end });
  addActionCommands(program, asking, { version, streams, end });
  addDrillCommands(program, asking, { version, streams, end });
  const token = program.command("token").description("makes, lists and takes back tokens");
  addTokenCommands(token, asking, { version, streams, end });
  const person = program
    .command("person")
    .description("lets people choose passwords, and takes them back");
  addPersonCommands(person, asking, { version, streams, end });
  asking("break-glass", "makes the secret of the account for emergencies").action(async (options) =>
    end(await breakGlass(options, streams())),
  );
}

type Asking = (name: keyof typeof COMMAND_HELP, description: string, parent?: Command) => Command;

/** `create` of `token create`. */
function wordOf(name: string): string {
  return name.split(" ").at(-1) ?? name;
}

function addDeviceCommands(asking: Asking, { streams, end }: Frame): void {
  asking("init", "adopts what runs on devices as their baseline, once you have looked at it")
    .argument("[device...]", "default: those that have none")
    .option("--yes", "adopt without asking")
    .option(
      "--agree",
      "as an approver: adopt what somebody else asked for although promises are lost",
    )
    .action(async (names, options) => end(await init(names, options, streams())));
  asking("revert", "takes what runs on a device back to its baseline, once you have looked at it")
    .argument("<device>")
    .option("--yes", "take it back without asking")
    .action(async (name, options) => end(await revert(name, options, streams())));
  asking("reload", "lets the server read the network file again").action(async (options) =>
    end(await reload(options, streams())),
  );
  asking("pull", "reads a device, and says what runs there against what was approved")
    .argument("<device>")
    .action(async (name, options) => end(await pull(name, options, streams())));
}

function addChangeCommands(asking: Asking, { streams, end }: Frame): void {
  asking("propose", "proposes edited source files, and proves what they would do")
    .argument("<device>")
    .argument("<file...>", "FILE, or FILE=/path/there")
    .option("--edit <change>", "edit this change instead: its approvals are void")
    .action(async (device, files, options) =>
      end(await propose(device, files, options, streams())),
    );
  asking("prove", "proves a change on what runs now")
    .argument("<change>")
    .action(async (id, options) => end(await prove(id, options, streams())));
  asking("approve", "approves a change that somebody else wrote, or alone after a pause")
    .argument("<change>")
    .option("--shown <hash>", "the hash of what you looked at; 32 digits are enough")
    .option(
      "--alone <text>",
      "you wrote it and nobody else may approve it: what would be lost; a pause begins",
    )
    .action(async (id, options) => end(await approve(id, options, streams())));
  asking(
    "override",
    "asks to go on although a change breaks critical intents, or leaves them undecided",
  )
    .argument("<change>")
    .requiredOption("--reason <text>", "why it cannot wait")
    .option("--hours <number>", "how long it holds", "1")
    .action(async (id, options) => end(await override(id, options, streams())));
  asking("grant", "grants an override that somebody else asked for")
    .argument("<change>")
    .option(
      "--override <hash>",
      "the hash of the override that you looked at; 32 digits are enough",
    )
    .action(async (id, options) => end(await grant(id, options, streams())));
  asking("withdraw", "takes a change out of the way")
    .argument("<change>")
    .action(async (id, options) => end(await withdraw(id, options, streams())));
  asking("changes", "lists changes, or shows one with its proof")
    .argument("[change]")
    .action(async (id, options) => end(await changes(id, options, streams())));
  asking("apply", "makes a change so, and takes it back unless it earns its place")
    .argument("<change>")
    .option("--window <seconds>", "until the device restores by itself", String(DEFAULT_WINDOW_S))
    .option("--insist <reason>", "why it is tried although it was rolled back before")
    .action(async (id, options) => end(await apply(id, options, streams())));
  asking("rollback", "takes back what is being applied")
    .argument("<apply>")
    .action(async (id, options) => end(await rollback(id, options, streams())));
}

function addIncidentCommands(asking: Asking, { streams, end }: Frame): void {
  asking("incident", "lists incidents, or shows one with its cause")
    .argument("[incident]")
    .action(async (id, options) => end(await incident(id, options, streams())));
  asking("undo", "takes back the cause of an incident: proved on what runs now, and read back")
    .argument("[incident]", "default: the one that is open")
    .option("--difference <number>", "one that may be the cause, where none is proved")
    .option(
      "--dry-run",
      "says what it would do and restore, proved on what runs now, and sends nothing",
    )
    .action(async (id, options) => end(await undo(id, options, streams())));
  asking("note", "adds a sentence to the timeline of an incident")
    .argument("<incident>")
    .argument("<text>")
    .action(async (id, text, options) => end(await note(id, text, options, streams())));
  asking("close", "closes an incident")
    .argument("<incident>")
    .action(async (id, options) => end(await closeIncident(id, options, streams())));
  asking("postmortem", "drafts the postmortem of an incident, as Markdown")
    .argument("<incident>")
    .action(async (id, options) => end(await postmortem(id, options, streams())));
}

function addPlaybookCommands(program: Command, asking: Asking, { streams, end }: Frame): void {
  const playbook = program.command("playbook").description("lists, reads and follows playbooks");
  asking("playbook list", "lists playbooks, and files with mistakes", playbook).action(
    async (options) => end(await listPlaybooks(options, streams())),
  );
  asking("playbook show", "shows a playbook", playbook)
    .argument("<playbook>")
    .action(async (name, options) => end(await showPlaybook(name, options, streams())));
  asking("playbook read", "says that you have read a playbook as it is now", playbook)
    .argument("<playbook>")
    .action(async (name, options) => end(await readPlaybook(name, options, streams())));
  asking(
    "playbook runs",
    "how playbooks are followed in an incident, and which are for it",
    playbook,
  )
    .argument("<incident>")
    .action(async (id, options) => end(await playbookRuns(id, options, streams())));
  asking("playbook begin", "begins a playbook in an incident", playbook)
    .argument("<incident>")
    .argument("<playbook>")
    .action(async (id, name, options) => end(await beginPlaybook(id, name, options, streams())));
  asking("playbook step", "starts, presses, ticks, leaves out or reopens a step", playbook)
    .argument("<incident>")
    .argument("<run>")
    .argument("<step>")
    .argument("<verb>", "start, press, done, skip, note or reopen")
    .option("--text <text>", "what to say of it")
    .action(async (id, run, step, verb, options) =>
      end(await stepPlaybook([id, run, step, verb], options, streams())),
    );
  playbook
    .command("check")
    .description("says what is wrong with files of playbooks, without a server")
    .argument("<file...>")
    .addHelpText("after", COMMAND_HELP["playbook check"])
    .action((files) => end(checkPlaybooks(files, streams())));
}

function addDrillCommands(program: Command, asking: Asking, { streams, end }: Frame): void {
  const drill = program.command("drill").description("plays outages on a simulation");
  asking("drill list", "lists drills, and your own runs", drill).action(async (options) =>
    end(await listDrills(options, streams())),
  );
  asking("drill play", "begins a drill, or goes on with it", drill)
    .argument("<drill>")
    .action(async (id, options) => end(await playDrill(id, options, streams())));
  asking("drill debrief", "what a run of yours was worth, and why", drill)
    .argument("<run>")
    .action(async (run, options) => end(await debriefDrill(run, options, streams())));
}

function addActionCommands(program: Command, asking: Asking, { streams, end }: Frame): void {
  const action = program.command("action").description("what has to be done after an outage");
  asking("action list", "lists actions, newest first", action).action(async (options) =>
    end(await listActions(options, streams())),
  );
  asking("action show", "shows an action, and what its check saw", action)
    .argument("<action>")
    .action(async (id, options) => end(await showAction(id, options, streams())));
  asking("action add", "writes an action down", action)
    .argument("<text>")
    .requiredOption("--owner <owner>", "who does it: a login or a team")
    .requiredOption("--due <day>", "until the end of which day: 2027-05-31")
    .option("--incident <number>", "the incident that it comes from")
    .option("--intent <intent>", "it is done while this promise holds on what runs")
    .option("--probe <probe>", "it is done once this probe is ok again and again")
    .option("--approved <device>", "it is done while this device runs what was approved")
    .option("--drill <drill>", "it is done once its owner has played this drill well enough")
    .option("--score <number>", "with --drill: points of a hundred that are enough", "80")
    .action(async (text, options) => end(await addAction(text, options, streams())));
  asking("action take", "takes an action, or gives it to somebody", action)
    .argument("<action>")
    .requiredOption("--owner <owner>", "who does it: a login or a team")
    .requiredOption("--due <day>", "until the end of which day: 2027-05-31")
    .action(async (id, options) => end(await takeAction(id, options, streams())));
  for (const [verb, what] of [
    ["close", "closes an action that no program can check"],
    ["decline", "declines an action"],
    ["reopen", "reopens an action that is over"],
  ] as const)
    asking(`action ${verb}`, what, action)
      .argument("<action>")
      .option("--text <text>", "why")
      .action(async (id, options) => end(await sayAction(verb, id, options, streams())));
  asking("status-page", "writes the public status page into a folder")
    .requiredOption("--out <folder>", "where the files go")
    .action(async (options) => end(await statusPage(options, streams())));
}

const USUAL_DAYS = "90";

function addServiceCommands(asking: Asking, { streams, end }: Frame): void {
  asking("status", "what is proved, what is felt, what is not seen, what waits").action(
    async (options) => end(await status(options, streams())),
  );
  asking("events", "tells what happens, as it happens").action(async (options) =>
    end(await events(options, streams())),
  );
  asking("alerts", "lists alerts, newest first").action(async (options) =>
    end(await alerts(options, streams())),
  );
  asking("on-call", "who is on call, and who is being called").action(async (options) =>
    end(await onCall(options, streams())),
  );
  asking("acknowledge", "says that you have an alert in hand")
    .argument("<alert>")
    .option("--escalation", "the number is that of an escalation: nobody else is called")
    .action(async (id, options) => end(await acknowledge(id, options, streams())));
  asking("surge", "says, for the help desk, that many call: it opens an incident at once")
    .argument("[text]", "what they say")
    .action(async (text, options) => end(await surge(text, options, streams())));
  asking("trail", "what happened, newest first")
    .option("--subject <subject>", "about one thing: change/12, device/fw1")
    .option("--before <number>", "those older than the entry of this number")
    .option("--verify", "read all of it, and say whether it is as it was written")
    .option("--anchor <hash>", "with --verify: a head that was kept elsewhere has to be in it")
    .action(async (options) => end(await trail(options, streams())));
}

function addSimulationCommands(asking: Asking, { streams, end }: Frame): void {
  asking("simulate", "puts a rule into a simulated device by hand, past premortem")
    .argument("<device>")
    .argument("<word...>", "what is typed behind `nft`")
    .option("--as <login>", "who types it", "netops")
    .action(async (device, words, options) =>
      end(await simulate(device, words, options, streams())),
    );
  asking("reset-simulation", "takes a simulated firewall back to what is approved").action(
    async (options) => end(await resetSimulation(options, streams())),
  );
}

function addTokenCommands(token: Command, asking: Asking, { streams, end }: Frame): void {
  asking("token create", "makes a token for a person of the network file", token)
    .argument("<login>")
    .option("--role <role...>", "default: all roles of the person")
    .option("--purpose <text>", "what it is for", "")
    .option("--days <number>", "how long it holds", USUAL_DAYS)
    .action(async (login, options) => end(await createToken(login, options, streams())));
  asking("token list", "lists tokens, without their secrets", token).action(async (options) =>
    end(await listTokens(options, streams())),
  );
  asking("token revoke", "takes a token back at once", token)
    .argument("<token>")
    .action(async (id, options) => end(await revokeToken(id, options, streams())));
}

function addPersonCommands(person: Command, asking: Asking, { streams, end }: Frame): void {
  asking("person list", "lists people, and whether they have a password", person).action(
    async (options) => end(await listPeople(options, streams())),
  );
  asking("person invite", "makes a link with which a person chooses a password", person)
    .argument("<login>")
    .action(async (login, options) => end(await invitePerson(login, options, streams())));
  asking("person reset", "takes the password and all sessions of a person away", person)
    .argument("<login>")
    .action(async (login, options) => end(await resetPerson(login, options, streams())));
}
