import { describe, expect, it } from "vitest";

import { answerText, bareSubject, momentText, snoozeTimes, suggestionLook } from "./words";

const now = new Date(2026, 2, 4, 15, 30, 20); // a Wednesday

describe("snoozeTimes", () => {
  it("gives three hours, tomorrow's morning and next week's Monday", () => {
    expect(snoozeTimes(now)).toEqual([
      { label: "In 3 hours", until: new Date(2026, 2, 4, 18, 30) },
      { label: "Tomorrow morning", until: new Date(2026, 2, 5, 9) },
      { label: "Next week", until: new Date(2026, 2, 9, 9) },
    ]);
  });

  it("means the next Monday on a Monday and on a Sunday", () => {
    expect(snoozeTimes(new Date(2026, 2, 2, 8))[2]?.until).toEqual(new Date(2026, 2, 9, 9));
    expect(snoozeTimes(new Date(2026, 2, 8, 8))[2]?.until).toEqual(new Date(2026, 2, 9, 9));
  });
});

it("names a day as short as it stays clear", () => {
  expect(momentText(new Date(2026, 2, 4, 17), now)).toBe("today 17:00");
  expect(momentText(new Date(2026, 2, 5, 9), now)).toBe("tomorrow 09:00");
  expect(momentText(new Date(2026, 2, 3, 9), now)).toBe("yesterday 09:00");
  expect(momentText(new Date(2026, 2, 10, 17), now)).toBe("Tue 17:00");
  expect(momentText(new Date(2026, 2, 11, 17), now)).toMatch(/^Wed,? 11 Mar 17:00$/);
});

it("turns late when the time of the answer is over, without being told", () => {
  const answer_by = new Date(2026, 2, 4, 15, 0).toISOString();
  expect(answerText({ answer_by, overdue: false }, new Date(2026, 2, 4, 14))).toEqual({ late: false, text: "Answer by today 15:00" });
  expect(answerText({ answer_by, overdue: false }, now)).toEqual({ late: true, text: "Overdue since today 15:00" });
  expect(answerText({ overdue: false }, now).text).toBe("Waits for an answer");
});

it("says a suggestion in words, and nothing for a reply that says none", () => {
  expect(suggestionLook({ class: "counter_offer", amount: { amount: 125_000, currency: "usd" } })?.word).toBe("Names a fee: $1,250");
  expect(suggestionLook({ class: "counter_offer", amount: { amount: 125_050, currency: "usd" } })?.word).toBe("Names a fee: $1,250.50");
  expect(suggestionLook({ class: "unsubscribe" })?.word).toBe("Wants no more mail");
  expect(suggestionLook({ class: "other" })).toBeUndefined();
});

it("compares subjects without what answering puts before them", () => {
  expect(bareSubject("Re: AW: Fwd: A Video")).toBe("a video");
  expect(bareSubject("Rest of the year")).toBe("rest of the year");
});
