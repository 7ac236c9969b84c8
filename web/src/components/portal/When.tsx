import { exactText } from "../../lib/time";
import { RelativeTime } from "../RelativeTime";

/** A moment both ways: exactly, because somebody plans by it, and from now. */
export function When({ at }: { at: string }) {
  return <>{exactText(new Date(at))} (<RelativeTime at={at} />)</>;
}
