import { createFileRoute } from "@tanstack/react-router";

import { NotificationSettings } from "../../components/NotificationSettings";
import { Page } from "../../components/Page";

export const Route = createFileRoute("/_app/settings/notifications")({ component: Notifications });

function Notifications() {
  return (
    <Page title="Notifications" under="What you are told, and how. It is yours alone; nobody else sees or changes it." narrow>
      <NotificationSettings />
    </Page>
  );
}
