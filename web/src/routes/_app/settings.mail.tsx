import { createFileRoute } from "@tanstack/react-router";

import { MailHealth } from "../../components/mail/MailHealth";
import { Page } from "../../components/Page";

export const Route = createFileRoute("/_app/settings/mail")({ component: Mail });

function Mail() {
  const { brand } = Route.useSearch();
  return (
    <Page title="Mail delivery" under="Whether mail arrives, how much may go out, and who gets none.">
      <MailHealth brand={brand} />
    </Page>
  );
}
