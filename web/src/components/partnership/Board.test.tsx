import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import { answer, show } from "../../test/render";
import { Board } from "./Board";

afterEach(() => {
  vi.unstubAllGlobals();
});

const handle = "a.very.long.handle.that.is.wider.than.any.card.of.the.board.could.ever.be";
const card = (n: number, more: object = {}) => ({
  id: `p${n}`, brand_id: "b", brand_name: "Northlight", campaign_id: "c", campaign_name: "Spring", creator: { id: `k${n}`, name: `Creator ${n}`, handle, platform: "instagram" }, owner: { id: "o", name: "Ola" },
  stage: "outreach", paused: false, attention: false, waiting: [], renewal_state: "not_due", term: 1, updated_at: "2026-01-01T00:00:00Z", ...more,
});

function serve(byStage: Record<string, () => Response>) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, searchParams } = new URL(request.url);
    asked.push(`${pathname}?${searchParams.toString()}`);
    return Promise.resolve((byStage[searchParams.get("stage") ?? ""] ?? (() => answer({ items: [] })))());
  });
  return asked;
}

it("has a column for each stage, with what waits there and why", async () => {
  const asked = serve({
    outreach: () => answer({ items: [card(1, { attention: true, why: "Find a new address" }), card(2, { waiting: [{ for: "creator", who: "Creator 2", decision: "Answer", since: "2026-01-01T00:00:00Z" }] })], next_cursor: "more" }),
  });
  await show(<Board filter={{ brand_id: "b", q: "Cre" }} stages={["outreach", "active"]} />, "/partnerships?as=board&q=Cre");
  const outreach = within(screen.getByRole("region", { name: "Outreach" }));
  expect(await outreach.findByText("2+")).toBeInTheDocument();
  expect(outreach.getByText("Find a new address")).toBeInTheDocument();
  expect(outreach.getByText("Waits for Creator 2")).toBeInTheDocument();
  expect(outreach.getByRole("link", { name: "Creator 1" })).toHaveAttribute("href", "/partnerships/p1");
  const rest = outreach.getByRole("link", { name: "All of them, as a list" }).getAttribute("href") ?? "";
  expect(new URLSearchParams(rest.split("?")[1]).get("stage")).toBe('["outreach"]');
  expect(rest).not.toContain("board");
  expect(await within(screen.getByRole("region", { name: "Active" })).findByText("None here")).toBeInTheDocument();
  expect(asked.every((one) => one.includes("brand_id=b") && one.includes("q=Cre") && one.includes("limit=20"))).toBe(true);
  expect(asked).toHaveLength(2);
});

it("cuts a long handle and says it in full to who points at it", async () => {
  serve({ outreach: () => answer({ items: [card(1)] }) });
  await show(<Board filter={{}} stages={["outreach"]} />);
  expect(await screen.findByTitle(handle)).toHaveTextContent(`${handle} · instagram`);
});

it("shows the columns that came when one does not, and asks again for that one", async () => {
  let broken = true;
  serve({ outreach: () => answer({ items: [card(1)] }), active: () => (broken ? answer({ title: "Unavailable", detail: "Later", code: "unavailable" }, 503) : answer({ items: [card(2)] })) });
  await show(<Board filter={{}} stages={["outreach", "active"]} />);
  expect(await screen.findByRole("link", { name: "Creator 1" })).toBeInTheDocument();
  const again = await within(screen.getByRole("region", { name: "Active" })).findByRole("button", { name: "Try again" });
  broken = false;
  await userEvent.click(again);
  expect(await screen.findByRole("link", { name: "Creator 2" })).toBeInTheDocument();
});

it("is reached and scrolled with keys", async () => {
  serve({});
  await show(<Board filter={{}} stages={["outreach"]} />);
  await userEvent.tab();
  expect(screen.getByRole("group", { name: "Partnerships by stage" })).toHaveFocus();
});
