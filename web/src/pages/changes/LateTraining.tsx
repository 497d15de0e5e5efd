import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Change } from "../../api/types.ts";
import { Word } from "../../components/Word.tsx";
import { listed } from "../../lib/words.ts";

/** What who would approve is late with: it warns, and keeps nobody from anything. */
export function LateTraining({ change: { trainingOverdue } }: { readonly change: Change }) {
  if (trainingOverdue.length === 0) return null;
  return (
    <Text size="sm" component="div" role="note">
      <Word tone="warn">training overdue</Word>: <bdi>{listed(trainingOverdue)}</bdi>. You may
      approve all the same. <Link to="/training">Training</Link>
    </Text>
  );
}
