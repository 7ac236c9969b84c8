import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { OutsideReviewer, Policy, SlackChannel } from "../../api/schema";
import { answer, show } from "../../test/render";
import { OutsideReviewers } from "./OutsideReviewers";
import { Policies } from "./Policies";
import { Slack } from "./Slack";
import { emptyStage } from "./stages";

const at = "2026-03-02T09:00:00Z";
const standard: Policy = {
  id: "p", brand_id: "b", name: "Standard", version: 2, on_silence: "hold", rank: 0, created_at: at,
  stages: [{ ...emptyStage, name: "Brand", approvers: [{ kind: "role", role: "approver" }] }, { ...emptyStage, name: "Legal", approvers: [{ kind: "role", role: "legal" }], legal: true }],
};
const costly: Policy = {
  ...standard, id: "q", name: "Costly", rank: 7, when: { platforms: ["instagram"], fee_at_least: { amount: 500_000, currency: "eur" } },
  conflicts: [{ name: "Alcohol", equal: true, wins: false, words: "Fits some of what Alcohol fits; only age decides between them." }],
};

let policies: Policy[] = [];
let reviewers: OutsideReviewer[] = [];
let slack: SlackChannel = { connected: false };
let sent: { does: string; body: unknown }[] = [];

beforeEach(() => {
  policies = [standard, costly];
  reviewers = [{ id: "o", brand_id: "b", name: "Ada Agency", email: "ada@agency.example", created_at: at }];
  slack = { connected: false };
  sent = [];
  vi.stubGlobal("scrollTo", vi.fn());
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname;
    if (request.method === "GET") {
      if (path === "/v1/policies") return answer({ items: policies });
      if (path.endsWith("/versions")) return answer({ items: [standard, { ...standard, version: 1, stages: standard.stages.slice(0, 1) }] });
      if (path === "/v1/outside-reviewers") return answer({ items: reviewers });
      return path.endsWith("/slack") ? answer(slack) : answer({ items: [] });
    }
    sent.push({ does: `${request.method} ${path}`, body: await request.json() });
    if (path === "/v1/policies") return answer({ ...costly, version: 3 }, 201);
    return path.endsWith("/slack") ? answer({ connected: true, since: at }) : new Response(null, { status: 204 });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

function Settings({ admin = true, first }: { admin?: boolean; first?: string }) {
  const [open, go] = useState(first);
  return <Policies brandId="b" brandName="Northlight" admin={admin} open={open} go={go} />;
}

it("lists when each policy is chosen, its stages, and what it conflicts with", async () => {
  await show(<Settings />);
  await screen.findByText("Costly");
  const [, first, second] = screen.getAllByRole("row");
  expect(first).toHaveTextContent(/^Standardversion 2Only by campaigns that name itBrand, then LegalRetire…$/);
  expect(second).toHaveTextContent(/Instagram, fee at least €5,000rank 7/);
  expect(within(second ?? document.body).getByText("Fits some of what Alcohol fits; only age decides between them.")).toBeVisible();
  expect(within(second ?? document.body).getByLabelText("Warning")).toBeInTheDocument();
});

it("shows after saving what the policy conflicts with", async () => {
  await show(<Settings first="q" />);
  await userEvent.click(await screen.findByText("Save as a new version", undefined, { timeout: 10_000 }));
  const notice = await screen.findByText("Costly was saved, and fits some of the same content as other policies");
  expect(notice.closest("[role=status]")).toHaveTextContent("only age decides between them");
}, 30_000);

it("retires a policy once that is confirmed", async () => {
  await show(<Settings />);
  await userEvent.click(await screen.findByLabelText("Retire Standard"));
  expect(sent).toEqual([]);
  expect(await screen.findByText(/^It is chosen no more from now on/)).toBeVisible();
  await userEvent.click(screen.getByText("Retire policy"));
  await vi.waitFor(() => expect(sent).toEqual([{ does: "POST /v1/policies/p/retire", body: {} }]));
});

it("shows older versions, and fills the editor in as one was", async () => {
  await show(<Settings first="p" />);
  expect(await screen.findByLabelText("Name of stage 2", undefined, { timeout: 10_000 })).toHaveValue("Legal");
  await userEvent.click(await screen.findByLabelText("Fill in as version 1 was"));
  await vi.waitFor(() => expect(screen.queryByLabelText("Name of stage 2")).not.toBeInTheDocument());
  expect(screen.getByText("Filled in as version 1 was")).toBeVisible();
  expect(screen.getByText("Saved as version 3")).toBeVisible();
}, 30_000);

it("lets those who may not change policies read them", async () => {
  await show(<Settings admin={false} first="p" />);
  expect(await screen.findByLabelText("Stages")).toHaveTextContent("Legal: legal; one approval is enough");
  expect(screen.queryByText("Save as a new version")).not.toBeInTheDocument();
});

it("teaches what a policy is where there is none", async () => {
  policies = [];
  await show(<Settings />);
  expect(await screen.findByText(/^A policy says who looks at content/)).toBeVisible();
  expect(screen.getByText("Make the first policy")).toBeVisible();
});

it("adds and removes outside reviewers, and says that their links end", async () => {
  await show(<OutsideReviewers brandId="b" admin />);
  await userEvent.click(screen.getByText("Add a reviewer"));
  await userEvent.click(await screen.findByLabelText(/^Name/));
  await userEvent.paste("Ben Client");
  await userEvent.click(screen.getByLabelText(/^E-mail/));
  await userEvent.paste("ben@client.example");
  await userEvent.click(screen.getByText("Add reviewer"));
  await vi.waitFor(() => expect(sent).toEqual([{ does: "POST /v1/outside-reviewers", body: { brand_id: "b", name: "Ben Client", email: "ben@client.example" } }]));
  await userEvent.click(await screen.findByLabelText("Remove Ada Agency"));
  expect(await screen.findByText(/^Every link of theirs ends at once/)).toBeVisible();
  await userEvent.click(screen.getByText("Remove reviewer"));
  await vi.waitFor(() => expect(sent.at(-1)).toEqual({ does: "POST /v1/outside-reviewers/o/remove", body: {} }));
});

it("connects a Slack channel by its address", async () => {
  await show(<Slack brandId="b" />);
  await userEvent.click(await screen.findByLabelText(/^Address of the incoming webhook/));
  await userEvent.paste("https://hooks.slack.com/services/T/B/x");
  await userEvent.click(screen.getByText("Connect"));
  await vi.waitFor(() => expect(sent).toEqual([{ does: "PUT /v1/brands/b/slack", body: { webhook_url: "https://hooks.slack.com/services/T/B/x" } }]));
});

it("says since when Slack is connected and what went wrong, and disconnects", async () => {
  slack = { connected: true, since: at, last_error: "no_service" };
  await show(<Slack brandId="b" />);
  expect(await screen.findByText(/^Connected/)).toHaveTextContent(/^Connected since .*ago\./);
  expect(screen.getByText(/^no_service\./)).toBeVisible();
  expect(screen.queryByLabelText(/^Address/)).not.toBeInTheDocument();
  await userEvent.click(screen.getByText("Disconnect…"));
  await userEvent.click(await screen.findByText("Disconnect"));
  await vi.waitFor(() => expect(sent).toEqual([{ does: "PUT /v1/brands/b/slack", body: {} }]));
});
