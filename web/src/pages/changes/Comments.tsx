import { Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { post } from "../../api/client.ts";
import { commentsQuery } from "../../api/queries.ts";
import type { Change, Comment } from "../../api/types.ts";
import { Ago } from "../../components/Ago.tsx";
import { Mono } from "../../components/Code.tsx";
import { Fault } from "../../components/Fault.tsx";
import { Answered, Panel } from "../../components/Panel.tsx";
import { Word } from "../../components/Word.tsx";
import { useDraft } from "../../lib/useDraft.ts";
import { counted } from "../../lib/words.ts";
import classes from "./Comments.module.css";

/** What people say about a change; open ones stand first, and each says which content it is about. */
export function Comments({ change }: { readonly change: Change }) {
  const query = useQuery(commentsQuery(change.id));
  const open = query.data?.filter(({ resolved }) => resolved === null).length ?? 0;
  return (
    <Panel title={open === 0 ? "Comments" : `Comments: ${counted(open, "open one")}`}>
      <Answered query={query}>
        {(comments) => (
          <Stack>
            {comments.map((comment) => (
              <OneComment key={comment.id} comment={comment} change={change} />
            ))}
            <Write change={change} />
          </Stack>
        )}
      </Answered>
    </Panel>
  );
}

function OneComment({
  comment: { id, by, atMs, text, place, resolved, contentHash },
  change,
}: {
  readonly comment: Comment;
  readonly change: Change;
}) {
  const client = useQueryClient();
  const turning = useMutation({
    mutationFn: () =>
      post(`/v1/changes/${change.id}/comments/${id}/${resolved === null ? "resolve" : "reopen"}`),
    onSettled: () => client.invalidateQueries({ queryKey: ["changes", change.id, "comments"] }),
  });
  return (
    <article className={classes["comment"]} data-resolved={resolved !== null || undefined}>
      <Group gap="xs" justify="space-between">
        <Text size="sm" component="div">
          <strong>
            <bdi>{by}</bdi>
          </strong>{" "}
          <Ago atMs={atMs} />
          {place === null ? null : (
            <>
              {" "}
              on{" "}
              <Mono>
                {place.path}:{place.line}
              </Mono>
            </>
          )}
          {contentHash === change.contentHash ? null : " · of an earlier content"}
        </Text>
        <Group gap="xs">
          {resolved === null ? null : (
            <Word tone="quiet">
              resolved by <bdi>{resolved.by}</bdi>
            </Word>
          )}
          <Button
            size="compact-sm"
            variant="default"
            loading={turning.isPending}
            onClick={() => turning.mutate()}
          >
            {resolved === null ? "Resolve" : "Reopen"}
          </Button>
        </Group>
      </Group>
      <p className={classes["text"]} dir="auto">
        {text}
      </p>
      {turning.error === null ? null : <Fault fault={turning.error} />}
    </article>
  );
}

function Write({ change: { id, contentHash, paths } }: { readonly change: Change }) {
  const client = useQueryClient();
  const [text, setText, forget] = useDraft(`comment ${id}`);
  const [line, setLine] = useState("");
  const writing = useMutation({
    mutationFn: () =>
      post(`/v1/changes/${id}/comments`, { text, contentHash, place: placeOf(paths, line) }),
    onSuccess: () => {
      forget();
      setLine("");
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["changes", id, "comments"] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    writing.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Textarea
        label="Say something about it"
        autosize
        minRows={2}
        required
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      <Group mt="xs" gap="xs" align="end">
        <label className={classes["line"]}>
          Line of {paths[0]} (may be left out)
          <input
            inputMode="numeric"
            pattern="[0-9]*"
            value={line}
            onChange={({ currentTarget }) => setLine(currentTarget.value)}
          />
        </label>
        <Button type="submit" variant="default" loading={writing.isPending}>
          Comment
        </Button>
      </Group>
      {writing.error === null ? null : <Fault fault={writing.error} />}
    </form>
  );
}

function placeOf([path]: readonly string[], line: string) {
  return path === undefined || !/^[1-9]\d*$/.test(line) ? null : { path, line: Number(line) };
}
