import * as contract from "../contract/change.ts";
import { idPath } from "../contract/common.ts";
import { type Mount, operation } from "../operation.ts";
import type { Service } from "../wire.ts";

export function reviewRoutes({ reviews }: Pick<Service, "reviews">): readonly Mount[] {
  return [
    operation({
      method: "get",
      path: "/v1/changes/{id}/comments",
      summary: "What people say about a change, oldest first",
      role: "any",
      params: idPath,
      result: contract.comments,
      run: async ({ params }) => {
        const found = await reviews.list(params.id);
        return "reason" in found ? found : { comments: found };
      },
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/comments",
      summary: "Says something about a change, or about a line of it",
      role: "any",
      params: idPath,
      body: contract.commentBody,
      result: contract.comment,
      run: ({ params, body, actor }) => reviews.comment(params.id, body, actor),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/comments/{comment}/resolve",
      summary: "Says that a comment is dealt with",
      role: "any",
      params: contract.commentPath,
      result: contract.comment,
      run: ({ params, actor }) => reviews.resolve(params.id, params.comment, actor),
    }),
    operation({
      method: "post",
      path: "/v1/changes/{id}/comments/{comment}/reopen",
      summary: "Says that a comment is not dealt with",
      role: "any",
      params: contract.commentPath,
      result: contract.comment,
      run: ({ params, actor }) => reviews.reopen(params.id, params.comment, actor),
    }),
  ];
}
