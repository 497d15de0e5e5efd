import { Button, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Finding } from "../../../../src/engine/answer/lint.ts";
import { Mono } from "../../components/Code.tsx";
import { Prose } from "../../components/Prose.tsx";
import { type Tone, Word } from "../../components/Word.tsx";
import { counted } from "../../lib/words.ts";

const TONES: Readonly<Record<Finding["severity"], Tone>> = {
  error: "bad",
  warning: "warn",
  note: "quiet",
};

/** Findings that stand there at once: a pasted ruleset of thousands of lines can have one for each. */
const SHOWN = 20;

/** What stands out in the text itself, with its place, code and remedy. */
export function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const [isWhole, setWhole] = useState(false);
  if (findings.length === 0) return null;
  const shown = isWhole ? findings : findings.slice(0, SHOWN);
  return (
    <section aria-label="Findings">
      <Text fw={600} mb={4}>
        {counted(findings.length, "finding")} in the files
      </Text>
      <Stack gap="xs">
        {shown.map((finding) => (
          <div key={`${finding.code} ${finding.file} ${finding.line} ${finding.column}`}>
            <Text size="sm" component="div">
              <Word tone={TONES[finding.severity]}>{finding.severity}</Word>{" "}
              <Mono>{finding.code}</Mono>{" "}
              {finding.file === null ? null : (
                <Mono>
                  {finding.file}:{finding.line}
                </Mono>
              )}{" "}
              <Prose text={finding.message} />
            </Text>
            {finding.help === "" ? null : (
              <Text size="sm" c="dimmed">
                <Prose text={finding.help} />
              </Text>
            )}
          </div>
        ))}
        {findings.length > shown.length ? (
          <Button variant="subtle" size="compact-sm" onClick={() => setWhole(true)}>
            Show {counted(findings.length - shown.length, "more finding")}
          </Button>
        ) : null}
      </Stack>
    </section>
  );
}
