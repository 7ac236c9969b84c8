import { expect, it } from "vitest";

import { branchText, stepText, triggerText } from "./words";

it("says what a branch does", () => {
  expect(branchText({ on: "country", is: "is", value: "DE", then: 3, else: 5 }, 8)).toBe("If the country is DE go on with step 4, otherwise with step 6");
  expect(branchText({ on: "reply", is: "is_not", value: "question", then: 8, else: 5 }, 8)).toBe("If the last reply does not seem to be a question end, otherwise go on with step 6");
  expect(branchText({ on: "followers", is: "at_least", value: "10000", then: 3, else: 8 }, 8)).toBe("If the number of followers is at least 10,000 go on with step 4, otherwise end");
  expect(branchText({ on: "tag", is: "is", value: "VIP", then: 1, else: 2 }, 3)).toBe("If the tags include VIP go on with step 2, otherwise with step 3");
  expect(branchText({ on: "field", field: "Studio", is: "is", value: "true", then: 1, else: 2 }, 3)).toBe("If “Studio” is yes go on with step 2, otherwise with step 3");
  expect(branchText({ on: "opened_contract", then: 1, else: 2 }, 3)).toBe("If the contract was opened go on with step 2, otherwise with step 3");
  expect(branchText({ on: "language", is: "is", value: "", then: 2, else: 2 }, 2)).toBe("If the language is … end, otherwise end too");
});

it("says what a step does", () => {
  expect(stepText({ kind: "send", template: "follow_up_1", review: true }, 1)).toBe("Send “Follow up 1”; a person looks at it first");
  expect(stepText({ kind: "wait", business_days: 1 }, 1)).toBe("Wait 1 business day");
  expect(stepText({ kind: "wait", days: 14 }, 1)).toBe("Wait 14 calendar days");
  expect(stepText({ kind: "task", title: "Call" }, 1)).toBe("Make a task: Call");
});

it("says what starts a sequence", () => {
  expect(triggerText(undefined)).toBe("Starts with the partnership, as a campaign’s outreach");
  expect(triggerText({ on: "stage", stage: "active" })).toBe("Starts when the stage “Active” is entered");
  expect(triggerText({ on: "silence", after: "offer_sent", without: "offer_decided", business_days: 3, stage: "negotiating" }))
    .toBe("Starts 3 business days after an offer was sent, without a decision on the offer, only in the stage “Negotiating”");
  expect(triggerText({ on: "date", date: "draft_due", days: -1 })).toBe("Starts 1 day before the draft is due");
  expect(triggerText({ on: "date", date: "campaign_ends", days: 5 })).toBe("Starts 5 days after the campaign ends");
  expect(triggerText({ on: "date", date: "publish_by" })).toBe("Starts on the day on which the post is due");
  expect(triggerText({ on: "date", date: "field:Birthday", days: 0 })).toBe("Starts on the creator’s “Birthday”");
});
