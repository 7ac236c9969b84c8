import { createFileRoute } from "@tanstack/react-router";

import { OutsideReviewPage } from "../components/outside/OutsideReviewPage";
import { PlainFrame } from "../components/portal/PlainFrame";

export const Route = createFileRoute("/review/$token")({ component: Shown });

/** One version, shown to somebody outside of the house who decides on it by the link in a mail. The link stays the key: there is no session. */
function Shown() {
  const { token } = Route.useParams();
  return (
    <PlainFrame>
      {/* The address is the key, so it is told to nobody. */}
      <meta name="referrer" content="no-referrer" />
      <meta name="robots" content="noindex" />
      <OutsideReviewPage key={token} token={token} />
    </PlainFrame>
  );
}
