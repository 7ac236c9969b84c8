import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";

import type { KeyDate } from "../../api/schema";
import { openApp } from "../../test/app";
import { answer, show } from "../../test/render";
import { serveReviews } from "../../test/reviews";
import { uuid } from "../../test/threads";
import { Toasts } from "../Toasts";
import { KeyDates } from "./KeyDates";

afterEach(() => {
  vi.unstubAllGlobals();
});

const date = (n: number, rest: Partial<KeyDate>): KeyDate => ({
  key: `${rest.id ?? uuid(n)}/${rest.kind ?? "rights_end"}`, id: uuid(n), kind: "rights_end", at: "2100-03-02T10:00:00Z", state: "open", brand_id: uuid(1), brand_name: "Northwind", campaign_id: uuid(2), campaign_name: "Autumn", partnership_id: uuid(300 + n), stage: "active",
  contract_id: uuid(401), number: "C-000007", creator: { id: uuid(3), name: `Creator ${n}` }, owner: { id: uuid(9), name: "Mara" }, assets: [{ id: uuid(901), name: "Launch video" }], may_extend: true, ...rest,
});
const dates = [
  date(1, { asked_at: "2026-03-02T10:00:00Z" }),
  date(2, { state: "let_end", decided_by: "Sven Holm", may_extend: false }),
  date(3, { id: uuid(401), kind: "renewal_notice", asked_at: "2026-03-02T10:00:00Z", assets: [] }),
  date(4, { id: uuid(401), kind: "term_end", assets: [] }),
  date(5, { stage: "negotiating", may_extend: false }),
];
const served = { "/v1/key-dates": { items: dates } };
const row = (name: string) => within(screen.getByRole("row", { name: new RegExp(name) }));

it("lets ops decide a key date, take a decision back, and go to the renewal", async () => {
  const sent = serveReviews({ roles: ["ops"], also: served });
  openApp("/contracts/dates");
  await screen.findByText("Creator 1");
  expect(row("Creator 1").getByText("To decide")).toBeVisible();
  await userEvent.click(row("Creator 1").getByRole("button", { name: "Let it end: Usage rights end, Creator 1" }));
  await waitFor(() => expect(sent).toEqual([{ path: `/v1/key-dates/${uuid(1)}/decide`, body: { decision: "let_end" }, key: expect.any(String) as string }]));
  expect(row("Creator 2").getByText("Ends as agreed (Sven Holm)")).toBeVisible();
  expect(row("Creator 2").queryByRole("button", { name: /Extend/ })).toBeNull();
  await userEvent.click(row("Creator 2").getByRole("button", { name: /Take back/ }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toContainEqual({ decision: "open" }));
  expect(row("Creator 3").getByRole("link", { name: /Decide: Renewal to decide/ })).toHaveAttribute("href", expect.stringMatching(new RegExp(`/contracts/renewals\\?.*selected=.*${uuid(303)}`)));
  expect(row("Creator 4").queryByRole("button")).toBeNull();
  expect(row("Creator 5").getByText("Can be extended once the next contract is signed")).toBeVisible();
});

it("lets an admin, whom an undecided date comes to, decide it", async () => {
  serveReviews({ roles: ["admin"], also: served });
  openApp("/contracts/dates");
  await screen.findByText("Creator 1");
  expect(row("Creator 1").getByRole("button", { name: /Let it end/ })).toBeVisible();
  expect(row("Creator 1").getByRole("button", { name: /Extend/ })).toBeVisible();
});

it("shows an auditor how each stands and lets them decide nothing", async () => {
  serveReviews({ roles: ["auditor"], also: served });
  openApp("/contracts/dates");
  await screen.findByText("Creator 1");
  expect(row("Creator 1").getByText("To decide")).toBeVisible();
  expect(screen.queryByRole("button", { name: /Let it end|In talks|Extend|Take back/ })).toBeNull();
  expect(screen.queryByRole("link", { name: /Decide/ })).toBeNull();
});

it("lets ops of one brand decide nothing of another's", async () => {
  serveReviews({ roles: ["ops"], also: { "/v1/key-dates": { items: [date(1, {}), date(2, { brand_id: uuid(8) })] } } });
  openApp("/contracts/dates");
  await screen.findByText("Creator 1");
  expect(row("Creator 1").getByRole("button", { name: /Let it end/ })).toBeVisible();
  expect(row("Creator 2").queryByRole("button")).toBeNull();
});

it("says why a date cannot be extended while its partnership cannot be read, and lets one try again", async () => {
  serveReviews({ roles: ["ops"], also: served });
  const { fetch } = globalThis;
  vi.stubGlobal("fetch", (request: Request) =>
    request.url.includes("/v1/partnerships/") ? Promise.resolve(answer({ title: "Not available", status: 503, detail: "The database does not answer." }, 503)) : fetch(request));
  openApp("/contracts/dates");
  await screen.findByText("Creator 1");
  await userEvent.click(row("Creator 1").getByRole("button", { name: /Extend/ }));
  const dialog = within(await screen.findByRole("dialog", { name: "Amend the contract" }));
  expect(await dialog.findByText("The database does not answer.")).toBeVisible();
  expect(dialog.getByRole("button", { name: "Try again" })).toBeVisible();
});

it("lets ops use an option or let it pass, which no amendment extends", async () => {
  const option = date(6, { kind: "option_end", assets: [], may_extend: false, asked_at: "2026-03-02T10:00:00Z" });
  const used = date(7, { kind: "option_end", assets: [], may_extend: false, state: "exercised" });
  const sent = serveReviews({ roles: ["ops"], also: { "/v1/key-dates": { items: [option, used] }, [`/v1/partnerships/${uuid(306)}/renewal`]: { renewal: {} } } });
  openApp("/contracts/dates");
  await screen.findByText("Creator 6");
  expect(row("Creator 6").getByText("C-000007")).toBeVisible();
  expect(row("Creator 6").queryByRole("button", { name: /Extend/ })).toBeNull();
  expect(row("Creator 7").getByText("Used")).toBeVisible();
  expect(row("Creator 7").queryByRole("button")).toBeNull();
  await userEvent.click(row("Creator 6").getByRole("button", { name: /^Let it pass/ }));
  await waitFor(() => expect(sent.map(({ body }) => body)).toEqual([{ decision: "let_end" }]));
  await userEvent.click(row("Creator 6").getByRole("button", { name: /^Use the option/ }));
  expect(await screen.findByRole("dialog", { name: "Use the option to renew" }, { timeout: 5000 })).toBeVisible();
});

it("says what to do where nothing ends, and where no date matches", async () => {
  serveReviews({ roles: ["ops"] });
  const first = openApp("/contracts/dates");
  expect(await screen.findByText("Nothing ends yet")).toBeVisible();
  first.unmount();
  const app = openApp("/contracts/dates?state=ended");
  await userEvent.click(await screen.findByRole("button", { name: "Clear the filters" }));
  await waitFor(() => expect(app.href()).not.toContain("ended"));
});

it("stands beside a partnership without what its renewal decides, and says why a decision was not taken", async () => {
  serveReviews({ roles: ["ops"], also: served, act: () => answer({ code: "key_date_over", title: "Conflict", detail: "This date has passed." }, 409) });
  await show(<><KeyDates partnershipId={uuid(301)} /><Toasts /></>);
  const section = within(await screen.findByRole("region", { name: "Rights that end" }));
  expect(section.getAllByRole("listitem")).toHaveLength(3);
  await userEvent.click(await section.findByRole("button", { name: /In talks.*Creator 1/ }));
  expect(await screen.findByText("This date has passed.")).toBeVisible();
});
