import { answerLint } from "../../engine/answer/lint.ts";
import type { ProofAnswer } from "../../engine/answer/proof.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import type { Candidate } from "./candidate.ts";

/** What stands out in the files of a candidate, and why they would not load: no reason, they do. */
export interface Loading {
  readonly findings: ProofAnswer["findings"];
  readonly obstacles: readonly string[];
}

export function loadingOf(device: NetworkDevice, candidate: Candidate): Loading {
  const { diagnostics, coverage } = candidate.result;
  const { findings } = answerLint({ diagnostics, coverage });
  const mistakes = findings.filter(({ severity }) => severity === "error").map(mistakeText);
  const refused = whyNotLoaded(device, candidate);
  return { findings, obstacles: refused.length > 0 ? refused : mistakes };
}

/** Such as a file that is included and was not read: what it holds may be anything. */
function mistakeText({ file, line, message, help }: ProofAnswer["findings"][number]): string {
  const place = file === null ? "" : `${file}:${line}: `;
  return `${place}${message}${help === "" ? "" : `: ${help}`}`;
}

function whyNotLoaded(
  { name, owners }: NetworkDevice,
  { result, touched }: Candidate,
): readonly string[] {
  const refused = result.refused.map((file) => `\`${file}\` would not load: mend its errors`);
  const strange = [...result.dialects].flatMap(([file, dialect]) =>
    dialect === "nft" ? [] : [`\`${file}\` is no script of nft: only those are applied`],
  );
  const foreign = touched.map((key) => {
    const owner = owners.get(key);
    return owner === undefined
      ? `it writes to \`${key}\`, which belongs to nobody known: if it is premortem's, add \`${key}: premortem\` under \`managed-by\` of ${name}`
      : `it writes to \`${key}\`, which belongs to ${owner}: change it there`;
  });
  return [...refused, ...strange, ...foreign];
}
