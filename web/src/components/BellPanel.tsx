import { Button, VisuallyHidden } from "@mantine/core";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconBell } from "@tabler/icons-react";

import { useAct } from "../api/act";
import { api, body } from "../api/client";
import { notificationsQuery, pastNotificationsQuery } from "../api/queries";
import type { Notification, NotificationsRead } from "../api/schema";
import classes from "./Bell.module.css";
import { LoadingLines } from "./Loading";
import { EmptyState, LoadFailed } from "./Notice";
import { RelativeTime } from "./RelativeTime";

/** What the person was told, the newest first, as far back as they ask for. Opening one, or doing what it asks for, marks it read. */
export default function BellPanel({ userId, close }: { userId: string; close: () => void }) {
  const newestPage = useQueryClient().getQueryData(notificationsQuery(userId).queryKey);
  const told = useInfiniteQuery({ ...pastNotificationsQuery(userId), placeholderData: newestPage && { pages: [newestPage], pageParams: [undefined] } });
  const read = useAct({
    run: (what: NotificationsRead, key) => body(api.POST("/v1/notifications/read", { params: { header: { "Idempotency-Key": key } }, body: what })),
    touches: ["notification"],
    announce: true,
  });
  const items = told.data?.pages.flatMap((page) => page.items);
  const newest = items?.[0]?.at;
  return (
    <>
      <div className={classes.head}>
        <h2>Notifications</h2>
        {newest && (told.data?.pages[0]?.unread ?? 0) > 0 && (
          <Button size="compact-sm" variant="subtle" loading={read.isPending} onClick={() => read.mutate({ until: newest })}>Mark all read</Button>
        )}
      </div>
      {told.error && !items ? (
        <div className={classes.body}><LoadFailed error={told.error} retry={() => void told.refetch()} /></div>
      ) : !items ? (
        <div className={classes.body}><LoadingLines lines={3} /></div>
      ) : items.length === 0 ? (
        <EmptyState icon={IconBell} title="Nothing yet">What waits for you, or happens in a partnership that you own, appears here.</EmptyState>
      ) : (
        <ul className={classes.list}>
          {items.map((item) => (
            <Item key={item.id} item={item} open={() => { if (!item.read) read.mutate({ ids: [item.id], until: item.at }); close(); }} />
          ))}
          {told.hasNextPage && <li><Button variant="subtle" size="compact-sm" fullWidth my={8} loading={told.isFetchingNextPage} onClick={() => void told.fetchNextPage()}>Show earlier</Button></li>}
        </ul>
      )}
      <div className={classes.foot}>
        <Link to="/tasks" onClick={close}>All your tasks</Link>
        <Link to="/settings/notifications" onClick={close}>Choose what you are told</Link>
      </div>
    </>
  );
}

function Item({ item, open }: { item: Notification; open: () => void }) {
  const words = (
    <>
      <span className={classes.dot} />
      <span>
        <span className={classes.title}>{item.title}</span>
        {!item.read && <VisuallyHidden> (unread)</VisuallyHidden>}
        <span className={classes.facts}>
          {item.about.map((about) => <span key={about}>{about}</span>)}
          {item.done ? <span>Done</span> : item.due_at && <span>Due <RelativeTime at={item.due_at} /></span>}
          <RelativeTime at={item.at} />
        </span>
      </span>
    </>
  );
  return (
    <li className={`${classes.item} ${item.read ? "" : classes.unread}`}>
      {item.link ? <Link to={item.link} className={classes.link} onClick={open}>{words}</Link> : <div className={classes.link}>{words}</div>}
    </li>
  );
}
