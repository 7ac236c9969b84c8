import { describe, expect, it } from "vitest";

import type { PolicyStage } from "../../api/schema";
import { arrangeStages, cleanStage, emptyStage, freshStages, whyNoSilentApproval } from "./stages";
import { amountText, type Names, rulesText, stagesShort, stageText, whenText } from "./words";

const names: Names = {
  person: (id) => ({ k: "Kim Sato", n: "Nadia Blum" })[id],
  outside: (id) => (id === "o" ? "Ada Agency" : undefined),
  campaign: (id) => (id === "c" ? "Spring" : undefined),
};
const role = { kind: "role", role: "approver" } as const;
const kim = { kind: "user", user_id: "k" } as const;
const stage = (part: Partial<PolicyStage> = {}): PolicyStage => ({ ...emptyStage, name: "Brand", approvers: [role], ...part });

describe("says what a stage does", () => {
  const text = (part: Partial<PolicyStage>, before: PolicyStage[] = []) => stageText([...before, stage(part)], before.length, names);

  it("as it begins", () => {
    expect(stageText(freshStages, 0, names)).toBe("the approvers; one approval is enough; 3 business days, then the admins are asked; a no goes back to the creator");
  });
  it("by its rule", () => {
    expect(text({ rule: "all", deadline_days: 1 })).toContain("everybody asked must approve; 1 business day;");
    expect(text({ rule: "quorum", quorum: 2 })).toContain("2 of them must approve");
    expect(text({ rule: "primary", approvers: [kim, role] })).toContain("Kim Sato, the approvers; Kim Sato decides, the others advise");
    expect(text({ rule: "primary" })).toContain("the approvers decide, the others advise");
  });
  it("by who is asked", () => {
    expect(text({ approvers: [] })).toContain("nobody is asked yet");
    expect(text({ approvers: [{ kind: "outside", reviewer_id: "o" }, { kind: "user", user_id: "gone" }] })).toContain("Ada Agency (outside), somebody who left");
  });
  it("with the chain above it", () => {
    expect(text({ escalate_to: [{ ...kim, days: 2 }, { kind: "role", role: "legal" }, { kind: "role", role: "admin", days: 1 }] }))
      .toContain("3 business days, then Kim Sato is asked for 2 business days, then legal is asked, then the admins are asked for 1 business day;");
  });
  it("by its start and its way back", () => {
    const before = [stage(), stage({ name: "" })];
    expect(text({ starts: "in_parallel", on_reject: "previous" }, before)).toMatch(/^at the same time as stage 2; .*a no goes back to stage 2$/);
    expect(text({ starts: "by_date", start_days: 2, start_from: "review", on_reject: "stage", return_to: 0 }, before)).toMatch(/^starts 2 business days after the review opened; .*a no goes back to Brand$/);
    expect(text({ starts: "by_date", start_days: 1, start_from: "publish_by", on_reject: "end" })).toMatch(/^starts 1 business day before the publish date; .*a no ends it$/);
    expect(text({ starts: "by_date", start_days: 0, start_from: "publish_by" })).toMatch(/^starts on the publish date/);
  });
  it("by what it never does and what it keeps", () => {
    expect(text({ legal: true, keep: true, scope: "caption" })).toMatch(/; never approved by silence; approvals stay when the caption did not change$/);
  });
});

it("says the stages in short", () => {
  expect(stagesShort([stage(), stage({ name: "Legal" }), stage({ name: "Client", starts: "in_parallel" }), stage({ name: "Last look", starts: "by_date" })])).toBe("Brand, then Legal together with Client, by date Last look");
});

it("says when a policy is chosen", () => {
  expect(whenText(undefined, names)).toBe("Only by campaigns that name it");
  expect(whenText({ platforms: ["instagram"], fee_at_least: { amount: 500_000, currency: "eur" } }, names)).toBe("Instagram, fee at least €5,000");
  expect(whenText({ campaigns: ["c"], platforms: ["tiktok", "youtube", "x"], markets: ["DE", "FR"], regulated: ["alcohol", "food_supplements"], paid_usage: true, first_partnership: false }, names))
    .toBe("Campaign Spring, TikTok, YouTube or X, shown in Germany or France, regulated: alcohol or food supplements, with paid usage, not the first partnership with the creator");
  expect(whenText({ regulated: ["any"], paid_usage: false, first_partnership: true }, names)).toBe("Any regulated category, without paid usage, first partnership with the creator");
  expect(whenText({}, names)).toBe("Nothing is chosen yet");
});

it("keeps cents that are not zero, and currencies without any", () => {
  expect(amountText({ amount: 500_050, currency: "eur" })).toBe("€5,000.50");
  expect(amountText({ amount: 5_000, currency: "jpy" })).toBe("¥5,000");
});

it("says what a campaign asks of content", () => {
  expect(rulesText({})).toEqual([]);
  expect(rulesText({ markets: ["DE", "AT"], regulated: "gambling", banned: ["free", "best"], media_types: ["image", "video"], max_megabytes: 200, min_seconds: 15, max_seconds: 60, aspect_ratios: ["9:16", "1:1"], spoken: true })).toEqual([
    "Shown in Germany and Austria", "Regulated: gambling", "Without the words “free” and “best”", "Images and videos only", "At most 200 MB", "15 to 60 seconds", "Format 9:16 or 1:1", "A video says and shows that it is an ad",
  ]);
  expect(rulesText({ media_types: ["pdf"], min_seconds: 15 })).toEqual(["PDF files only", "At least 15 seconds"]);
});

describe("keeps where a stage goes back to", () => {
  const back = (to: number) => stage({ name: "C", on_reject: "stage", return_to: to });
  const stages = [stage({ name: "A" }), stage({ name: "B" }), back(1)];

  it("when stages before it move", () => {
    expect(arrangeStages(stages, [1, 0, 2])[2]).toMatchObject({ name: "C", on_reject: "stage", return_to: 0 });
  });
  it("and leads to the creator when that stage is gone or comes later", () => {
    expect(arrangeStages(stages, [0, 2])[1]).not.toHaveProperty("return_to");
    expect(arrangeStages(stages, [0, 2, 1])[1]).toMatchObject({ name: "C", on_reject: "creator" });
  });
  it("and gives the first stage nothing before it", () => {
    expect(arrangeStages([stage(), stage({ starts: "in_parallel", on_reject: "previous" })], [1, 0])[0]).toMatchObject({ starts: "after_previous", on_reject: "creator" });
  });
  it("and leaves what was given alone", () => {
    const before = structuredClone(stages);
    arrangeStages(stages, [2, 0, 1]);
    expect(stages).toEqual(before);
  });
});

it("sends only what means something", () => {
  expect(cleanStage(stage({ name: " Brand ", quorum: 2, start_days: 3, start_from: "review", return_to: 0, escalate_to: [], scope: "file", legal: false }))).toEqual({
    name: "Brand", approvers: [role], rule: "any", starts: "after_previous", deadline_days: 3, on_reject: "creator",
  });
  expect(cleanStage(stage({ rule: "quorum", quorum: 2, starts: "by_date", on_reject: "stage", keep: true, legal: true }))).toMatchObject({
    quorum: 2, start_days: 0, start_from: "review", return_to: 0, keep: true, scope: "all", legal: true,
  });
});

it("says why silence cannot approve", () => {
  const outside = stage({ approvers: [{ kind: "outside", reviewer_id: "o" }] });
  expect(whyNoSilentApproval([stage()])).toBeUndefined();
  expect(whyNoSilentApproval([stage({ legal: true })])).toMatch("legal stage:");
  expect(whyNoSilentApproval([outside])).toMatch("outside reviewers:");
  expect(whyNoSilentApproval([outside, stage({ legal: true })])).toMatch("legal stage or outside reviewers:");
});
