import type { Change } from "../../api/types.ts";
import { type Tone, Word } from "../../components/Word.tsx";

const WORDS: Readonly<Record<Change["status"], readonly [Tone, string]>> = {
  draft: ["quiet", "draft"],
  proposed: ["quiet", "proposed"],
  applying: ["warn", "being applied"],
  applied: ["good", "applied"],
  rolledBack: ["warn", "rolled back"],
  failed: ["bad", "failed"],
  withdrawn: ["quiet", "withdrawn"],
};

export function ChangeWord({ status }: Pick<Change, "status">) {
  const [tone, text] = WORDS[status];
  return <Word tone={tone}>{text}</Word>;
}
