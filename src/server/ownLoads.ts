import type { ApplyNews } from "../operations/apply/options.ts";
import type { Audit } from "../operations/audit/service.ts";
import type { Channel } from "../platform/channel.ts";

/** One apply, with what it is the work of. */
interface Own {
  readonly applyId: number;
  readonly changeId: number;
  readonly device: string;
  readonly isAlone: boolean;
}

/**
 * Tells the watch of devices which differences are our own applies, and which of them nobody has decided on yet.
 * What is returned is told of each that an earlier server has left.
 */
export function tellOwnApart(
  audit: Pick<Audit, "attribute" | "deciding">,
  applyNews: Pick<Channel<ApplyNews>, "subscribe">,
): (own: Own) => void {
  const attributed = openSpans();
  const deciding = openSpans();
  const own = ({ applyId, changeId, device, isAlone }: Own) =>
    attributed.begin(applyId, () =>
      audit.attribute(device, { kind: "change", change: changeId, isAlone }),
    );
  applyNews.subscribe((news) => {
    const { applyId, device } = news;
    if (news.kind === "over") {
      deciding.end(applyId);
      attributed.end(applyId);
      return;
    }
    if (news.kind !== "state") return;
    const { kind } = news.state;
    if (kind === "arming") own(news);
    if (kind === "loading") deciding.begin(applyId, () => audit.deciding(device));
    if (DECIDED.has(kind)) deciding.end(applyId);
  });
  return own;
}

/** Behind these nothing is checked any more; while it is taken back the device still has what hurts. */
const DECIDED: ReadonlySet<string> = new Set(["confirmed", "rolledBack", "stuck"]);

/** What lasts from one piece of news of an apply to another; each begins once. */
function openSpans() {
  const ends = new Map<number, () => void>();
  return {
    begin(applyId: number, begin: () => () => void): void {
      if (!ends.has(applyId)) ends.set(applyId, begin());
    },
    end(applyId: number): void {
      ends.get(applyId)?.();
      ends.delete(applyId);
    },
  };
}
