import type { Incident } from "../../api/types.ts";
import { counted, listed } from "../../lib/words.ts";

/** What hurts, in one line: broken promises by name, else what is felt first. The cause stands by itself. */
export function incidentTitle({ symptoms, title }: Pick<Incident, "symptoms" | "title">): string {
  const broken = [...new Set(symptoms.flatMap(({ intent }) => intent?.id ?? []))];
  if (broken.length > 0) return `Broken: ${listed(broken)}`;
  const [first, ...rest] = symptoms;
  if (first === undefined) return title;
  const begin = first.text.charAt(0).toUpperCase() + first.text.slice(1);
  return rest.length === 0 ? begin : `${begin}, and ${counted(rest.length, "more symptom")}`;
}
