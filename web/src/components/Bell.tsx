import { ActionIcon } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { IconBell } from "@tabler/icons-react";
import { lazy, Suspense, useRef, useState } from "react";

import { notificationsQuery } from "../api/queries";
import { useSession } from "../lib/session";
import { useShortcuts } from "../lib/shortcuts";
import classes from "./Bell.module.css";

const BellPanel = lazy(() => import("./BellPanel"));

/** What happened for the person since they last looked. The browser's own popover opens it, closes it on Escape, and gives the focus back. */
export function Bell() {
  const session = useSession();
  const told = useQuery({ ...notificationsQuery(session?.user_id ?? ""), enabled: session !== undefined }).data;
  const unread = told?.unread ?? 0;
  const box = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState(false);
  useShortcuts("Everywhere", [{ keys: "g n", label: "Open notifications", run: () => { setAsked(true); box.current?.showPopover(); } }]);
  return (
    <>
      <ActionIcon className={classes.bell} size="lg" style={{ overflow: "visible" }} aria-label={unread > 0 ? `Notifications, ${unread} unread` : "Notifications"} popoverTarget="notifications" onClick={() => setAsked(true)} onMouseEnter={() => setAsked(true)}>
        <IconBell size={20} stroke={1.6} aria-hidden />
        {unread > 0 && <span className={classes.count} aria-hidden>{unread > 99 ? "99+" : unread}</span>}
      </ActionIcon>
      <div id="notifications" popover="auto" ref={box} className={classes.panel} role="region" aria-label="Notifications">
        {asked && (
          <Suspense>
            <BellPanel userId={session?.user_id ?? ""} close={() => box.current?.hidePopover()} />
          </Suspense>
        )}
      </div>
    </>
  );
}
