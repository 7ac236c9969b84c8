import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { partnershipMessagesQuery } from "../../api/queries";
import { DraftCard } from "../inbox/DraftCard";
import { LoadingLines } from "../Loading";
import { LoadFailed } from "../Notice";
import classes from "./Sequences.module.css";

/** The mail that waits for somebody to look at it, with what can be done about it. */
export default function WaitingMail({ messageId, partnershipId, brandId }: { messageId: string; partnershipId: string; brandId: string }) {
  const messages = useQuery(partnershipMessagesQuery(partnershipId));
  const message = messages.data?.items.find(({ id }) => id === messageId);
  if (messages.error && !messages.data) return <LoadFailed error={messages.error} retry={() => void messages.refetch()} />;
  if (!messages.data) return <LoadingLines lines={3} />;
  return (
    <div className={classes.draft}>
      {message ? (
        <>
          <DraftCard message={message} partnershipId={partnershipId} brandId={brandId} />
          {message.thread_id && <p><Link to="/inbox" search={{ thread: message.thread_id, message: messageId }}>See it in its thread</Link></p>}
        </>
      ) : (
        <p>A mail waits for a person to look at it. <Link to="/inbox" search={{ box: "all" }}>Find it in the inbox</Link></p>
      )}
    </div>
  );
}
