/** Diagnostics of playbooks: stable, never reused. */
export const PLAYBOOK_CODES = {
  PM5101: {
    title: "a playbook that is not YAML",
    explanation:
      "Playbooks are YAML 1.2. The message says where the text stops being that: often a tab, a missing space behind a colon, or a line that is not indented like its neighbours.",
  },
  PM5102: {
    title: "not a playbook",
    explanation:
      "A key is missing, unknown, or has a value of another kind. `docs/reference/playbook.schema.json` lists all keys; editors that know JSON Schema complete them.",
  },
  PM5103: {
    title: "a playbook speaks of what is not there",
    explanation:
      "Steps name probes and devices of the network file, and `when` roles, zones, devices or addresses. What is not there would fail at night, when it is needed.",
  },
  PM5104: {
    title: "a packet that cannot be read",
    explanation:
      "A trace step has a packet in the words of `premortem trace`: `tcp 10.0.0.5:40000 > 198.51.100.7:25 in=dmz out=wan`.",
  },
  PM5105: {
    title: "two of one name",
    explanation:
      "Steps of a playbook, and playbooks of a network, are told apart by their names: files of two folders must not have the same one.",
  },
  PM5106: {
    title: "a day that is none",
    explanation: "Days are written as `2027-05-31`, and have to be in the calendar.",
  },
  PM5107: {
    title: "a playbook for paper with steps for premortem",
    explanation:
      "A playbook with `paper: true` is for when premortem itself is down: each of its steps is done by a person.",
  },
  PM5108: {
    title: "a playbook cannot be read",
    explanation:
      "The network file names files and folders of playbooks, beside itself. One of them is not there, is too large, or is no text.",
  },
} as const;

export type PlaybookCode = keyof typeof PLAYBOOK_CODES;
