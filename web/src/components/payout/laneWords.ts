import type { PayoutLane } from "../../api/schema";

/** How finance looks at what is owed: by its day, then by what it waits for. */
export const laneWords: Record<PayoutLane, { word: string; says: string }> = {
  overdue: { word: "Overdue", says: "Due before today, by the brand's clock, and not paid" },
  today: { word: "Due today", says: "Due today, by the brand's clock, and not paid" },
  soon: { word: "Due in 5 days", says: "Due within five days after today" },
  to_approve: { word: "To approve", says: "Waits for finance to approve it" },
  blocked: { word: "Blocked", says: "Held, rejected, or waiting for funds or the creator's payment details" },
  in_flight: { word: "In flight", says: "Approved and on its way" },
  unknown: { word: "Unknown", says: "Sent, and Stripe has not said what became of it" },
};
