import type { Playbook } from "../model.ts";
import { parsePlaybook } from "../playbookFile.ts";

/** One step of each kind. */
export const PLAYBOOK_TEXT = `
title: Outgoing mail is blocked
owner: mail team
review-by: 2027-05-31
when:
  flows: [{ from: mail-servers, to: internet, service: smtp }]
telephone: [{ who: Network on call, number: "+49 30 1" }]
steps:
  - { kind: person, id: look, title: Look at the incident, minutes: 5 }
  - { kind: probe, id: probe, title: Try it, probe: out }
  - { kind: trace, id: trace, title: Ask the rules, device: edge, packet: "tcp 10.10.2.11:40000 > 93.184.215.14:25 in=dmz out=wan" }
  - { kind: undo, id: undo, title: Take the cause back, otherwise: call the network team }
  - { kind: notify, id: tell, title: The help desk may say that it is mended }
`;

export function paperPlaybook(text = PLAYBOOK_TEXT, id = "outgoing"): Playbook {
  const { playbook, diagnostics } = parsePlaybook(`${id}.yaml`, text, null);
  if (playbook === null) throw new Error(JSON.stringify(diagnostics));
  return playbook;
}
