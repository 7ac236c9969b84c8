import { IconAd2, IconFileText, IconLicense, IconLock, IconRepeat, IconSignature, type TablerIcon } from "@tabler/icons-react";

import type { KeyDate, KeyDateKind } from "../../api/schema";
import type { Tone } from "../../theme/tokens";

/** What ends on a key date. */
export const keyKinds: Record<KeyDateKind, { word: string; icon: TablerIcon }> = {
  option_end: { word: "Option ends", icon: IconRepeat },
  renewal_notice: { word: "Renewal to decide", icon: IconSignature },
  term_end: { word: "Term ends", icon: IconFileText },
  rights_end: { word: "Usage rights end", icon: IconLicense },
  allowlisting_end: { word: "Allow-listing ends", icon: IconAd2 },
  exclusivity_end: { word: "Exclusivity ends", icon: IconLock },
};

/** How the decision on a key date stands. */
export function decision({ kind, state, asked_at, decided_by }: KeyDate): { word: string; tone: Tone } {
  const by = decided_by ? ` (${decided_by})` : "";
  if (state === "exercised") return { word: "Used", tone: "done" };
  if (state === "ended") return { word: kind === "option_end" ? "Has passed" : "Has ended", tone: "done" };
  if (state === "let_end" && kind === "option_end") return { word: `Not to be used${by}`, tone: "done" };
  if (state === "let_end") return { word: kind === "term_end" ? "Renewal decided" : `Ends as agreed${by}`, tone: "done" };
  if (state === "renegotiating") return { word: kind === "renewal_notice" ? "Renewal offered" : `In talks${by}`, tone: "progress" };
  return asked_at ? { word: "To decide", tone: "attention" } : { word: "Not due yet", tone: "idle" };
}

/** Whether somebody of the house decides on it here. */
export const decidedHere = ({ kind }: KeyDate) => kind !== "renewal_notice" && kind !== "term_end";
