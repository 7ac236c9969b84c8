import type { Calendar, Session } from "../../api/schema";
import { hasRole } from "../../lib/session";

/** Whether the person may write the calendar: their own, as ops or admin that of the brand, and a creator's as ops or admin of any. */
export const mayEdit = (session: Session | undefined, { owner_kind, owner_id, brand_id }: Calendar): boolean =>
  owner_kind === "user" ? owner_id === session?.user_id : hasRole(session, ["admin", "ops"], brand_id);
