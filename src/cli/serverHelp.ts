/** Said behind the help of every command that asks the server. */
export const SERVER_HELP = `
The server is named by --server or PREMORTEM_URL (default http://127.0.0.1:7171), the file with the token by
--token-file or PREMORTEM_TOKEN_FILE (default ~/.config/premortem/token).`;

/** Of every command: 2 is what the server could not be asked, or did not know. */
function exits(clean: string, findings = "", undecided = ""): string {
  const one = findings === "" ? "" : `; 1 ${findings}`;
  const three = undecided === "" ? "" : `; 3 ${undecided}`;
  return `Exit codes: 0 ${clean}${one}; 2 bad usage, or no answer${three}.`;
}

const REFUSED = "refused, with the reason";

/** Said behind the help of each command: examples, what it does that its line does not say, and its exit codes. */
export const COMMAND_HELP = {
  serve: `
It keeps a PostgreSQL of its own in the data folder, or uses the one that DATABASE_URL names. The first
token, which makes all others, is written into a file there, and so are links with which people choose a
password for the pages, as long as nobody has one. It stands on a host of its own: neither on
the mail host, nor behind the firewall that it watches.

Examples:
  premortem serve --network premortem.yaml --data /var/lib/premortem
  premortem token create ana --token-file /var/lib/premortem/admin-token > ~/.config/premortem/token
  premortem init

Exit codes: 0 ended by SIGTERM or SIGINT; 1 it lost its database, or the lock on it; 2 it could not begin.`,
  init: `
Examples:
  premortem init
  premortem init fw1
  premortem init fw1 --agree

What loses a promise that the present baseline keeps is only asked for: an approver other than who asked
agrees to exactly that with --agree, within a day.
${exits("adopted", REFUSED)}`,
  revert: `
Example:
  premortem revert fw1

It is proved on what runs now, loaded with the dead-man armed, and confirmed like an apply: else what runs
now comes back. Tables of others stay as they are.
${exits("it runs its baseline again", "refused or taken back, an intent stays broken, or tables of others differ")}`,
  reload: `
${exits("read, and in use", "the file has mistakes: nothing has changed")}`,
  pull: `
Example:
  premortem pull fw1 --json

${exits("read whole, and every intent holds", "an intent is broken", "an intent is undecided, or something was not seen")}`,
  propose: `
Examples:
  premortem propose fw1 nftables.conf
  premortem propose fw1 rules.new=/etc/nftables.conf
  premortem propose fw1 nftables.conf --edit 12

Files are the device's source files as they shall be; a file that is named otherwise here than there is
written FILE=/path/there. It is proved at once: run as a script on what runs now, with every intent.
${exits("proved, no intent broken", "an intent broken, or it would not load", "an intent undecided, or not proved whole")}`,
  prove: `
${exits("proved, no intent broken", "an intent broken, or it would not load", "an intent undecided, or not proved whole")}`,
  approve: `
Examples:
  premortem approve 12
  premortem approve 12 --shown 4f1c…
  premortem approve 12 --alone 'no mail leaves until somebody is at the console'

It holds for exactly what was shown: the content, what runs, what the network file asks, and the intents
that are broken or undecided. Where any of that becomes another, it is void.

You wrote it, and the network file has \`solo:\` and no other approver: --alone says what would be lost and
begins a pause; behind it, approve again without --alone. The change is marked as not four eyes for good.
${exits("approved, or the pause has begun", REFUSED)}`,
  override: `
Example:
  premortem override 12 --reason 'the line is cut anyway' --hours 2

${exits("asked: somebody else has to grant it", REFUSED)}`,
  grant: `
Examples:
  premortem grant 12
  premortem grant 12 --override 9a03…

${exits("granted", REFUSED)}`,
  withdraw: `
${exits("withdrawn", REFUSED)}`,
  changes: `
${exits("listed or shown")}`,
  apply: `
What runs now comes back by itself, also when premortem dies, unless the change earns its place in the
window: what was loaded is read back, intents are proved on it, a new connection is let in, and the probes
that were green are green.
${exits("it stays", "it was rolled back, or refused before it was loaded")}`,
  rollback: `
${exits("it was rolled back, or never loaded", "it was confirmed first, or nobody knows what runs; or refused, with the reason")}`,
  incident: `
Examples:
  premortem incident
  premortem incident 3

${exits("none is open, or the one is closed", "one is open")}`,
  undo: `
Examples:
  premortem undo --dry-run
  premortem undo
  premortem undo 3
  premortem undo 3 --difference 12 --dry-run

${exits("undone, or said what it would do", "not undone, or refused, with the reason")}`,
  note: `
${exits("noted", REFUSED)}`,
  close: `
${exits("closed", REFUSED)}`,
  postmortem: `
Example:
  premortem postmortem 3 > 2026-03-02.md

${exits("drafted")}`,
  status: `
${exits(
  "all is seen, and nothing is wrong",
  "an incident, a symptom, an alert that fires, a drift, a failed probe, or a channel that nobody is reached by",
  "a device, a probe or a monitor does not see",
)}`,
  events: `
It runs until it is interrupted. A stream that is lost is opened again, and goes on where it was cut off.
Exit codes: 2 it never began, or the token is good for nothing any more; 130 interrupted.`,
  alerts: `
${exits("none fires", "one fires")}`,
  "on-call": `
${exits("nobody is being called", "somebody is")}`,
  acknowledge: `
${exits("you have it in hand", REFUSED)}`,
  surge: `
Example:
  premortem surge 'nobody gets mail since two'

It is over half an hour after it was said last. One caller is no surge: the pages of the help desk count those.
${exits("taken", "too many reports within a minute")}`,
  trail: `
Examples:
  premortem trail --subject change/12
  premortem trail --before 451
  premortem trail --verify
  premortem trail --verify --anchor 5f0c…

--verify prints the hash of the last entry. Keep it where who has power over the database has none: with
--anchor, entries that were cut off or written anew since then are missed.
${exits("told, or whole", "with --verify: it is not as it was written, or the anchor is not in it")}`,
  simulate: `
Examples:
  premortem simulate fw1 -- insert rule inet edge forward ip saddr @mail counter drop
  premortem simulate fw1 -- -a list chain inet edge forward
  premortem simulate fw1 --as bob -- delete rule inet edge forward handle 23

Only a server on a simulated network has it: \`npm start\`, or \`premortem serve --simulated\`.
${exits("done", "nft refused it")}`,
  "reset-simulation": `
${exits("it runs what is approved, and no mail waits", REFUSED)}`,
  "playbook list": `
${exits("all are reviewed, and every file is used", "one is overdue for its review, or a file has mistakes")}`,
  "playbook show": `
${exits("shown")}`,
  "playbook read": `
${exits("it is known that you have read this version", REFUSED)}`,
  "playbook runs": `
Example:
  premortem playbook runs 3

${exits("none is open", "one is open")}`,
  "playbook begin": `
Example:
  premortem playbook begin 3 outgoing

${exits("begun, or gone on with", REFUSED)}`,
  "playbook step": `
Examples:
  premortem playbook step 3 1 look done --text 'the rule is on fw1'
  premortem playbook step 3 1 undo start
  premortem playbook step 3 1 undo press

${exits("taken", REFUSED)}`,
  "playbook check": `
Example:
  premortem playbook check playbooks/*.yaml

Names of probes, devices and roles are looked up by the server alone, when it reads the files.
Exit codes: 0 they can be used; 1 one has mistakes; 2 one cannot be read.`,
  "drill list": `
${exits("listed")}`,
  "drill play": `
Examples:
  premortem drill play origin
  echo '{"kind":"declare"}' | premortem drill play origin --json

You choose by numbers, and time goes by with what you do. With --json each line of standard input is an action, as
\`POST /v1/drill-runs/{id}/actions\` takes it, and each answer is a line. What is left open is gone on with.
${exits("everything works again, or it was left", "it was given up, or went on for too long")}`,
  "drill debrief": `
${exits("everything worked again", "it was given up, or went on for too long; or it goes on")}`,
  "action list": `
${exits("none is overdue", "one is overdue")}`,
  "action show": `
${exits("shown")}`,
  "action add": `
Example:
  premortem action add 'Promise DNS over tcp' --owner 'mail team' --due 2027-05-31 --intent mail-names
  premortem action add 'Practise it' --owner ana --due 2027-05-31 --drill origin --score 80

Without a check, a person closes it.
${exits("written down", REFUSED)}`,
  "action take": `
${exits("taken", REFUSED)}`,
  "action close": `
${exits("closed", REFUSED)}`,
  "action decline": `
${exits("declined", REFUSED)}`,
  "action reopen": `
${exits("open again", REFUSED)}`,
  "status-page": `
Example:
  premortem status-page --out /var/www/status

${exits("written")}`,
  "token create": `
Example:
  premortem token create ana --role operator --token-file admin-token > ana.token

${exits("made; its secret alone is on standard output", REFUSED)}`,
  "person list": `
${exits("listed")}`,
  "person invite": `
The link is good once, and for a week; another one takes its place. All sessions of the person are over when
the password is chosen.

Example:
  premortem person invite ana --token-file admin-token

${exits("made; the link alone is on standard output", REFUSED)}`,
  "person reset": `
${exits("the person is logged out, and has no password and no link any more")}`,
  "break-glass": `
The account \`break-glass\` works when nobody of the network file can log in. It may watch, undo and roll back, and
make links and tokens for others; it approves nothing. Each use wakes whoever is told of alerts, and stands on the
trail. Print the secret, and lock it away; log in with it as the password of \`break-glass\`.

${exits("made; the secret alone is on standard output")}`,
  "token list": `
${exits("listed")}`,
  "token revoke": `
${exits("it is good for nothing any more")}`,
} as const;
