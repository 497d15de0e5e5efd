import type { Actor } from "../../platform/auth/actor.ts";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import type { ChangeService } from "../change/service.ts";
import type { Trail } from "../trail/service.ts";
import type { Comment, CommentWish } from "./model.ts";
import { reviewStore } from "./store.ts";

export interface ReviewOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly changes: Pick<ChangeService, "get">;
  readonly onFault: (fault: unknown) => void;
}

/** What people say to each other about changes. It decides nothing: approvals do. */
export interface Reviews {
  readonly events: Pick<Channel<Comment>, "subscribe">;
  /** Oldest first. */
  list(change: number): Promise<readonly Comment[] | Refusal>;
  comment(change: number, wish: CommentWish, actor: Actor): Promise<Comment | Refusal>;
  resolve(change: number, comment: number, actor: Actor): Promise<Comment | Refusal>;
  reopen(change: number, comment: number, actor: Actor): Promise<Comment | Refusal>;
}

/** Comments of one change: more are a talk, and need a room. */
export const MAXIMUM_COMMENTS = 500;

export function openReviews(options: ReviewOptions): Reviews {
  const { database, clock, trail, changes, onFault } = options;
  const events = openChannel<Comment>(onFault);
  const store = reviewStore(database);
  const record = (kind: string, { id, change }: Comment, actor: Actor, into: Database) => {
    const event = { atMs: clock(), actor: actor.login, subject: `change/${change}` };
    return trail.append({ kind, ...event, details: { comment: id } }, into);
  };
  const setResolved = async (change: number, id: number, actor: Actor, isResolved: boolean) => {
    const found = await store.find(id);
    if (found === null || found.change !== change)
      return refuseUnknown(`change ${change} has no comment ${id}`, "look at the change again");
    if ((found.resolved !== null) === isResolved) return found;
    const atMs = clock();
    await database.transaction().execute(async (transaction) => {
      await reviewStore(transaction).setResolved(id, isResolved ? actor.login : null, atMs);
      const kind = isResolved ? "change.commentResolved" : "change.commentReopened";
      await record(kind, found, actor, transaction);
    });
    const told = { ...found, resolved: isResolved ? { by: actor.login, atMs } : null };
    events.publish(told);
    return told;
  };
  return {
    events,
    async list(change) {
      const found = await changes.get(change);
      return "reason" in found ? found : store.of(change);
    },
    async comment(change, wish, actor) {
      const found = await changes.get(change);
      if ("reason" in found) return found;
      if ((await store.of(change)).length >= MAXIMUM_COMMENTS)
        return refuse(
          `change ${change} has ${MAXIMUM_COMMENTS} comments, and takes no more`,
          "talk to each other, and write down what came of it in a new change",
        );
      const comment = await database.transaction().execute(async (transaction) => {
        const added = await reviewStore(transaction).add(change, wish, actor.login, clock());
        await record("change.commented", added, actor, transaction);
        return added;
      });
      events.publish(comment);
      return comment;
    },
    resolve: (change, comment, actor) => setResolved(change, comment, actor, true),
    reopen: (change, comment, actor) => setResolved(change, comment, actor, false),
  };
}
