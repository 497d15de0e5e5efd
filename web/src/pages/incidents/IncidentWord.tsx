import type { Incident } from "../../api/types.ts";
import { Word } from "../../components/Word.tsx";

export function IncidentWord({ status }: Pick<Incident, "status">) {
  if (status === "open") return <Word tone="bad">open</Word>;
  if (status === "recovering") return <Word tone="warn">recovering</Word>;
  return <Word tone="quiet">closed</Word>;
}
