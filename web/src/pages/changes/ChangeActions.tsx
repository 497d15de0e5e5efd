import { Button, Group, List, Stack, Text, Tooltip } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { post } from "../../api/client.ts";
import type { Change, Missing } from "../../api/types.ts";
import { mayOperate, useSession } from "../../app/session.ts";
import { Fault } from "../../components/Fault.tsx";
import { Panel } from "../../components/Panel.tsx";
import { Prose } from "../../components/Prose.tsx";
import { Working } from "../../components/Working.tsx";
import { useNow } from "../../lib/useNow.ts";
import { AloneDialog } from "./AloneDialog.tsx";
import { LateTraining } from "./LateTraining.tsx";
import { missingText } from "./missingText.ts";
import { OverrideForm } from "./OverrideForm.tsx";
import { Pause } from "./Pause.tsx";

type Verb = "prove" | "approve" | "apply" | "withdraw" | "override/grant";

/** What is under way, where it takes longer than a moment. */
const WORKING: Readonly<Record<Verb, string>> = {
  prove: "Proving it for all packets of all paths",
  approve: "Looking whether it is still what was shown, and approving it",
  apply: "Proving it once more on what runs, and beginning to load it",
  withdraw: "Withdrawing it",
  "override/grant": "Granting the override",
};

/** What is missing and who gives it; what this person may not do is refused before the press, with the reason. */
export function ChangeActions({ change }: { readonly change: Change }) {
  const { id, missing, status, shownHash, overrideHash } = change;
  const client = useQueryClient();
  const acting = useMutation({
    mutationFn: ({ verb, body }: { readonly verb: Verb; readonly body?: unknown }) =>
      post(`/v1/changes/${id}/${verb}`, body),
    onSettled: () => client.invalidateQueries(),
  });
  const session = useSession();
  const nowMs = useNow();
  if (status !== "proposed" && status !== "draft") return null;
  const act = (verb: Verb, body?: unknown) => () => acting.mutate({ verb, body });
  const isBusy = (verb: Verb) => acting.isPending && acting.variables.verb === verb;
  const operates = mayOperate(session) ? null : "only operators and approvers do this";
  const wantsGrant = missing.some(({ kind }) => kind === "grant");
  const alone = missing.find(isAlone);
  const isMine = alone !== undefined && alone.by === session.login;
  return (
    <Panel title={missing.length === 0 ? "Ready to apply" : "What is missing"}>
      <Stack gap="sm">
        {missing.length === 0 ? (
          <Text size="sm">
            It is loaded with a dead-man: the device takes it back by itself unless what ran well
            before still runs well.
          </Text>
        ) : (
          <List size="sm">
            {missing.map((one) => (
              <List.Item key={one.kind}>
                <Prose text={missingText(one)} />
              </List.Item>
            ))}
          </List>
        )}
        {alone === undefined || alone.untilMs === null ? null : <Pause untilMs={alone.untilMs} />}
        <LateTraining change={change} />
        <Group gap="xs">
          <Act label="Prove" why={operates} busy={isBusy("prove")} onClick={act("prove")} />
          <Act
            label="Approve change"
            why={whyNoApproval(change, session, nowMs)}
            busy={isBusy("approve")}
            onClick={act("approve", { shownHash })}
          />
          {isMine && operates === null ? <AloneDialog change={change} missing={alone} /> : null}
          {wantsGrant ? (
            <Act
              label="Grant override"
              why={whyNoGrant(change, session)}
              busy={isBusy("override/grant")}
              onClick={act("override/grant", { overrideHash })}
            />
          ) : null}
          <Act
            label="Apply"
            isMain
            why={operates ?? (missing.length === 0 ? null : "something is missing: see above")}
            busy={isBusy("apply")}
            onClick={act("apply", {})}
          />
          <Button
            variant="default"
            component={Link}
            to={`/changes/new?change=${id}`}
            disabled={operates !== null}
          >
            Edit
          </Button>
          <Act
            label="Withdraw"
            why={operates}
            busy={isBusy("withdraw")}
            onClick={act("withdraw")}
          />
        </Group>
        {missing.some(({ kind }) => kind === "intents") && operates === null ? (
          <OverrideForm id={id} />
        ) : null}
        <Working text={WORKING[acting.variables?.verb ?? "prove"]} work={acting} />
        {acting.error === null ? null : <Fault fault={acting.error} />}
      </Stack>
    </Panel>
  );
}

type Someone = ReturnType<typeof useSession>;

function isAlone(one: Missing): one is Extract<Missing, { kind: "alone" }> {
  return one.kind === "alone";
}

function whyNoApproval(change: Change, someone: Someone, nowMs: number) {
  const { author, lastEditor, shownHash, approvals, missing } = change;
  const { login, roles } = someone;
  if (!roles.includes("approver")) return "only approvers approve";
  const alone = missing.find(isAlone);
  if (alone !== undefined && alone.by === login) {
    if (alone.untilMs === null) return "nobody else may approve it: say first what would be lost";
    return alone.untilMs > nowMs ? "the pause goes on: look at it again behind it" : null;
  }
  if (author === login || lastEditor === login) return "you wrote it: somebody else has to look";
  if (shownHash === null) return "it has to be proved first";
  if (approvals.some((one) => one.by === login && one.void === null)) return "you have approved it";
  return null;
}

function whyNoGrant({ override, overrideHash }: Change, { login, roles }: Someone) {
  if (!roles.includes("approver")) return "only approvers grant";
  if (override?.by === login) return "you asked for it: somebody else has to grant it";
  return overrideHash === null ? "it has to be proved first" : null;
}

/** A verb; where it is not allowed it says why, to those who point and to those who listen. */
function Act({
  label,
  why,
  busy,
  onClick,
  isMain = false,
}: {
  readonly label: string;
  readonly why: string | null;
  readonly busy: boolean;
  readonly onClick: () => void;
  readonly isMain?: boolean;
}) {
  /* The same button before and after the press: another one would not have the focus any more. */
  return (
    <Tooltip label={why ?? ""} disabled={why === null}>
      <Button
        variant={isMain ? "filled" : "default"}
        loading={busy}
        {...(why === null
          ? { onClick }
          : { "data-disabled": true, "aria-disabled": true, "aria-description": why })}
      >
        {label}
      </Button>
    </Tooltip>
  );
}
