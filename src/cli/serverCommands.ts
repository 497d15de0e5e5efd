import type { Command } from "commander";
import { DEFAULT_WINDOW_S } from "../operations/apply/window.ts";
import { apply, rollback } from "./commands/apply.ts";
import { approve, changes, grant, override, propose, prove, withdraw } from "./commands/change.ts";
import { init, pull, reload, revert } from "./commands/device.ts";
import { closeIncident, incident, note, postmortem, undo } from "./commands/incident.ts";
import { serve } from "./commands/serve.ts";
import {
  acknowledge,
  alerts,
  createToken,
  events,
  listTokens,
  revokeToken,
  status,
  trail,
} from "./commands/service.ts";
import type { ExitCode } from "./exit.ts";
import type { Streams } from "./streams.ts";

/** What the commands need of the program. */
export interface Frame {
  readonly version: string;
  readonly streams: () => Streams;
  /** Told what a command ended with. */
  readonly end: (code: ExitCode) => void;
}

const SERVER = `
The server is named by --server or PREMORTEM_URL (default http://127.0.0.1:7171), the file with the token by
--token-file or PREMORTEM_TOKEN_FILE (default ~/.config/premortem/token).`;

const SERVE_HELP = `
It keeps a PostgreSQL of its own in the data folder, or uses the one that DATABASE_URL names. The first
token, which makes all others, is written into a file there. It stands on a host of its own: neither on
the mail host, nor behind the firewall that it watches.

Examples:
  premortem serve --network premortem.yaml --data /var/lib/premortem
  premortem token create ana --token-file /var/lib/premortem/admin-token > ~/.config/premortem/token
  premortem init`;

const PROPOSE_HELP = `
Examples:
  premortem propose fw1 nftables.conf
  premortem propose fw1 rules.new=/etc/nftables.conf
  premortem propose fw1 nftables.conf --edit 12

Files are the device's source files as they shall be; a file that is named otherwise here than there is
written FILE=/path/there. It is proved at once: run as a script on what runs now, with every intent.
Exit codes: 0 proved, no intent broken; 1 an intent broken, or it would not load; 3 not proved whole.`;

const APPLY_HELP = `
What runs now comes back by itself, also when premortem dies, unless the change earns its place in the
window: what was loaded is read back, intents are proved on it, a new connection is let in, and the probes
that were green are green. Exit codes: 0 it stays; 1 it was rolled back, or refused before it was loaded.`;

const STATUS_HELP = `
Exit codes: 0 all is seen, and nothing is wrong; 1 an incident, a drift or a failed probe; 3 something is
not seen.`;

/** Commands that ask the server, and the one that starts it. */
export function addServerCommands(program: Command, { version, streams, end }: Frame): void {
  program
    .command("serve")
    .description("watches the devices of the network file, and answers the other commands")
    .option("--network <file>", "the network file", "premortem.yaml")
    .option("--data <folder>", "where it keeps what it knows", "premortem-data")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option("--port <number>", "port to listen on", "7171")
    .option("--new-admin-token", "the token that makes others is lost: makes one in its place")
    .addHelpText("after", SERVE_HELP)
    .action(async (options) => end(await serve(options, version, streams())));
  const asking: Asking = (name, description, help = "", parent = program) =>
    parent
      .command(name)
      .description(description)
      .option("--server <url>", "where the server is")
      .option("--token-file <file>", "a file with your token")
      .option("--json", "print JSON")
      .addHelpText("after", help + SERVER);
  addDeviceCommands(asking, { version, streams, end });
  addChangeCommands(asking, { version, streams, end });
  addIncidentCommands(asking, { version, streams, end });
  addServiceCommands(asking, { version, streams, end });
  const token = program.command("token").description("makes, lists and takes back tokens");
  addTokenCommands(token, asking, { version, streams, end });
}

type Asking = (name: string, description: string, help?: string, parent?: Command) => Command;

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
  asking("propose", "proposes edited source files, and proves what they would do", PROPOSE_HELP)
    .argument("<device>")
    .argument("<file...>", "FILE, or FILE=/path/there")
    .option("--edit <change>", "edit this change instead: its approvals are void")
    .action(async (device, files, options) =>
      end(await propose(device, files, options, streams())),
    );
  asking("prove", "proves a change on what runs now")
    .argument("<change>")
    .action(async (id, options) => end(await prove(id, options, streams())));
  asking("approve", "approves a change that somebody else wrote")
    .argument("<change>")
    .option("--shown <hash>", "the hash of what you looked at; 32 digits are enough")
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
  asking("apply", "makes a change so, and takes it back unless it earns its place", APPLY_HELP)
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

const USUAL_DAYS = "90";

function addServiceCommands(asking: Asking, { streams, end }: Frame): void {
  asking(
    "status",
    "what is proved, what is felt, what is not seen, what waits",
    STATUS_HELP,
  ).action(async (options) => end(await status(options, streams())));
  asking("events", "tells what happens, as it happens").action(async (options) =>
    end(await events(options, streams())),
  );
  asking("alerts", "lists alerts, newest first").action(async (options) =>
    end(await alerts(options, streams())),
  );
  asking("acknowledge", "says that you have an alert in hand")
    .argument("<alert>")
    .action(async (id, options) => end(await acknowledge(id, options, streams())));
  asking("trail", "what happened, newest first")
    .option("--subject <subject>", "about one thing: change/12, device/fw1")
    .option("--verify", "read all of it, and say whether it is as it was written")
    .action(async (options) => end(await trail(options, streams())));
}

function addTokenCommands(token: Command, asking: Asking, { streams, end }: Frame): void {
  asking("create", "makes a token for a person of the network file", "", token)
    .argument("<login>")
    .option("--role <role...>", "default: all roles of the person")
    .option("--purpose <text>", "what it is for", "")
    .option("--days <number>", "how long it holds", USUAL_DAYS)
    .action(async (login, options) => end(await createToken(login, options, streams())));
  asking("list", "lists tokens, without their secrets", "", token).action(async (options) =>
    end(await listTokens(options, streams())),
  );
  asking("revoke", "takes a token back at once", "", token)
    .argument("<token>")
    .action(async (id, options) => end(await revokeToken(id, options, streams())));
}
