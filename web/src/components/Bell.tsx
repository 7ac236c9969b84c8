import { ActionIcon } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
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
  // Kept in this browser, because it is about what these eyes have seen. What is unread stays marked inside.
  const [looked, setLooked] = useLocalStorage({ key: `rapport.bell.${session?.user_id ?? ""}`, defaultValue: 0, getInitialValueInEffect: false });
  const fresh = told?.items.filter(({ read, at }) => !read && Date.parse(at) > looked).length ?? 0;
  const many = fresh === told?.items.length && fresh < told.unread ? `${fresh}+` : fresh;
  const look = () => setLooked(Math.max(looked, Date.parse(told?.items[0]?.at ?? "") || 0));
  const box = useRef<HTMLDivElement>(null);
  const [asked, setAsked] = useState(false);
  useShortcuts("Everywhere", [{ keys: "g n", label: "Open notifications", run: () => { setAsked(true); box.current?.showPopover(); } }]);
  return (
    <>
      <ActionIcon className={classes.bell} size="lg" style={{ overflow: "visible" }} aria-label={fresh > 0 ? `Notifications, ${many} new` : "Notifications"} popoverTarget="notifications" onClick={() => setAsked(true)} onMouseEnter={() => setAsked(true)}>
        <IconBell size={20} stroke={1.6} aria-hidden />
        {fresh > 0 && <span className={classes.count} aria-hidden>{many}</span>}
      </ActionIcon>
      <div id="notifications" popover="auto" ref={box} className={classes.panel} role="region" aria-label="Notifications" onToggle={look}>
        {asked && (
          <Suspense>
            <BellPanel userId={session?.user_id ?? ""} close={() => box.current?.hidePopover()} />
          </Suspense>
        )}
      </div>
    </>
  );
}
