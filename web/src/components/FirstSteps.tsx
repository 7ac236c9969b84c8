import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconCircle, IconCircleCheck } from "@tabler/icons-react";

import { brandsQuery, campaignsQuery, creatorsQuery, fundsQuery, mailHealthQuery, usersQuery } from "../api/queries";
import { Section } from "./Page";

interface Step {
  to: string;
  title: string;
  says: string;
  /** Unknown while it loads, and for who may not see it. */
  done: boolean | undefined;
}

/** What a new installation needs, in order, until its first partnership is started. */
export default function FirstSteps() {
  const brands = useQuery(brandsQuery).data?.items;
  const users = useQuery({ ...usersQuery({ limit: 2 }), retry: false }).data?.items;
  const mail = useQuery(mailHealthQuery()).data;
  const creators = useQuery(creatorsQuery({ limit: 1 })).data?.items;
  const campaigns = useQuery(campaignsQuery({ limit: 1 })).data?.items;
  const funds = useQueries({ queries: (brands ?? []).map(({ id }) => ({ ...fundsQuery(id), retry: false })) });
  const some = (items: unknown[] | undefined) => items && items.length > 0;

  const list: Step[] = [
    { to: "/settings/brands", title: "Make a brand", says: "Its name, its postal address, and the address that its mail comes from.", done: some(brands) },
    { to: "/settings/people", title: "Let people sign in", says: "Who works with creators, who approves, and two of finance.", done: users && users.length > 1 },
    { to: "/settings/mail", title: "See that mail goes out and comes back", says: "The first mail of the brand is answered for by the provider.", done: mail && Boolean(mail.last_event_at ?? mail.last_received_at) },
    { to: "/creators/import", title: "Bring your creators", says: "A CSV file with a row for each; a dry run says what becomes of it.", done: some(creators) },
    { to: "/campaigns/new", title: "Create a campaign and start partnerships", says: "Dates, budget and terms; then choose creators, and the first mail goes out.", done: campaigns && false },
    { to: "/settings/brands", title: "Put funds in for Stripe", says: "Creators are paid from the funds of their brand.", done: brands && funds.some(({ data }) => some(data?.items)) },
  ];
  const next = list.findIndex(({ done }) => done === false);

  return (
    <Section title="What to do first">
      <ol style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 12 }}>
        {list.map(({ to, title, says, done }, at) => (
          <li key={title} aria-current={at === next ? "step" : undefined} style={{ display: "grid", gridTemplateColumns: "20px 1fr", gap: 8 }}>
            {done ? <IconCircleCheck size={18} color="var(--accent)" aria-label="Done" role="img" /> : <IconCircle size={18} aria-label="To do" role="img" />}
            <div>
              <Link to={to} style={at === next ? { fontWeight: 600 } : undefined}>{title}</Link>
              <div className="soft">{says}</div>
            </div>
          </li>
        ))}
      </ol>
    </Section>
  );
}
