import { ActionIcon, Button, Group, Modal, NativeSelect, NumberInput, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link, Navigate, useNavigate } from "@tanstack/react-router";
import { IconBan, IconExternalLink, IconHandStop, IconHeartHandshake, IconHistory, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { creatorProfileQuery, creatorQuery, creatorTimelineQuery, partnershipsQuery, warm } from "../../api/queries";
import type { Contact, Creator, CreatorEdit, Locale, PartnershipSummary, SocialAccount } from "../../api/schema";
import { Absences } from "../../components/calendar/Absences";
import { CreatorCalendar } from "../../components/calendar/CreatorCalendar";
import { FollowerChart, newestCount, sourceWords } from "../../components/creator/FollowerChart";
import { ChooseBrand, Kept } from "../../components/creator/Kept";
import { MergeDialog, MergeNotices } from "../../components/creator/Merge";
import { columns, DataTable } from "../../components/DataTable";
import { LoadingLines } from "../../components/Loading";
import { Money } from "../../components/Money";
import { EmptyState, LoadFailed, Notice, ProblemNotice } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { RelativeTime } from "../../components/RelativeTime";
import { Chip, StatusChip } from "../../components/StatusChip";
import { Timeline } from "../../components/Timeline";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";
import { dateText } from "../../lib/time";
import classes from "./campaign.module.css";

export const Route = createFileRoute("/_app/creators/$id")({
  // Whose page was asked for, when that creator became part of this one.
  validateSearch: url.search({ was: url.id }),
  loader: ({ context, params }) => warm(context.queryClient, creatorQuery(params.id)),
  component: CreatorPage,
});

const cols = columns<PartnershipSummary>([
  { id: "campaign", header: "Campaign", cell: ({ id, campaign_name, brand_name }) => <><Link to="/partnerships/$id" params={{ id }}>{campaign_name}</Link><div className="soft" style={{ fontSize: 12 }}>{brand_name}</div></> },
  { id: "stage", header: "Stage", cell: ({ stage }) => <StatusChip noun="stage" state={stage} />, phone: "head" },
  { id: "fee", header: "Fee", right: true, cell: ({ fee }) => <Money value={fee} /> },
  { id: "paid", header: "Paid", right: true, cell: ({ paid }) => <Money value={paid} /> },
  { id: "updated", header: "Changed", cell: ({ updated_at }) => <RelativeTime at={updated_at} inList /> },
]);

function CreatorPage() {
  const { id } = Route.useParams();
  const { was, brand } = Route.useSearch();
  const { data: { data: creator, etag } } = useSuspenseQuery(creatorQuery(id));
  if (creator.merged_into) return <Navigate to="/creators/$id" params={{ id: creator.merged_into }} search={(search) => ({ ...search, was: was ?? id })} replace />;
  return <Profile key={id} creator={creator} etag={etag} was={was} brand={brand} />;
}

function Profile({ creator, etag, was, brand }: { creator: Creator; etag: string | undefined; was: string | undefined; brand: string | undefined }) {
  const { id } = creator;
  const session = useSession();
  const navigate = useNavigate();
  const partnerships = useQuery(partnershipsQuery({ creator_id: id, limit: 50 }));
  const timeline = useInfiniteQuery(creatorTimelineQuery(id));
  const items = timeline.data?.pages.flatMap((page) => page.items);
  const [open, setOpen] = useState<"edit" | "contact" | "ban" | "merge" | null>(null);
  const works = hasRole(session, ["ops", "admin"]);
  const brands = session?.brands ?? [];
  const kept = brand ? brands.find(({ brand_id }) => brand_id === brand) : brands.length === 1 ? brands[0] : undefined;

  return (
    <Page
      title={creator.name}
      up={{ to: "/creators", label: "Creators" }}
      under={
        <Group gap="sm">
          {creator.accounts.map((account) => <span key={`${account.platform}-${account.handle}`}><AccountLink account={account} /> <span className="soft">{account.platform}</span></span>)}
          <StatusChip noun="payee" state={creator.payee_state} />
          {creator.banned && <Chip tone="danger" icon={<IconBan size={13} aria-hidden />}>Banned</Chip>}
          {creator.do_not_contact && <Chip tone="held" icon={<IconHandStop size={13} aria-hidden />}>Do not contact</Chip>}
          {creator.tags.map((tag) => <Link key={tag} to="/creators" search={{ tag }}>{tag}</Link>)}
        </Group>
      }
      actions={works && (
        <>
          <Button variant="default" onClick={() => setOpen("contact")}>{creator.do_not_contact ? "Allow contact" : "Do not contact"}</Button>
          <Button variant="default" c={creator.banned ? undefined : "var(--mantine-color-error)"} onClick={() => setOpen("ban")}>{creator.banned ? "Lift the ban" : "Ban"}</Button>
          <Button variant="default" onClick={() => setOpen("merge")}>Merge…</Button>
          <Button onClick={() => setOpen("edit")}>Edit</Button>
        </>
      )}
    >
      <MergeNotices creatorId={id} was={was} editable={works} />
      {creator.contacts.length === 0 && <Notice tone="attention" title="No address is known">Without one no mail can be sent. Add it with Edit; outreach that waits for it then goes on.</Notice>}
      {creator.do_not_contact && <Notice tone="attention" title="This creator is not written to" icon={IconHandStop}>{creator.do_not_contact_reason ?? "No reason was given."}</Notice>}
      <div className={classes.columns}>
        <div className={classes.column}>
          <Section title="Partnerships" flush>
            <DataTable
              label="Partnerships of this creator"
              flush
              columns={cols}
              rows={partnerships.data?.items}
              rowId={(row) => row.id}
              error={partnerships.error}
              retry={() => void partnerships.refetch()}
              empty={<EmptyState icon={IconHeartHandshake} title="No partnership yet" action={<Link to="/campaigns">Choose a campaign</Link>}>One is started in a campaign.</EmptyState>}
            />
          </Section>
          {kept ? (
            <Kept key={kept.brand_id} creatorId={id} brandId={kept.brand_id} brandName={kept.brand_name ?? "The brand"} editable={hasRole(session, ["ops", "admin"], kept.brand_id)} />
          ) : brands.length > 1 && <ChooseBrand />}
          <Section title="History">
            {timeline.error && !items ? <LoadFailed error={timeline.error} retry={() => void timeline.refetch()} /> : !items ? <LoadingLines /> : items.length === 0 ? (
              <EmptyState icon={IconHistory} title="Nothing happened yet">What is said, decided and paid is listed here as it happens.</EmptyState>
            ) : (
              <Timeline items={items} />
            )}
            {timeline.hasNextPage && (
              <Button variant="default" size="xs" fullWidth mt="sm" loading={timeline.isFetchingNextPage} onClick={() => void timeline.fetchNextPage()}>Show earlier</Button>
            )}
          </Section>
        </div>
        <div className={classes.column}>
          <Section title="Profile">
            <Facts
              facts={[
                ["Country", creator.country ?? "Not known"],
                ["Reads", creator.locale ? locales[creator.locale] : "Not chosen: as their browser says, mails in English"],
                ["Time zone", creator.zone ?? "That of the country or brand"],
                ["Language", creator.language ?? "Not known"],
                ["Here since", <RelativeTime key="since" at={creator.created_at} />],
              ]}
            />
          </Section>
          <CreatorCalendar creator={creator} editable={hasRole(session, ["ops", "admin"])} />
          {hasRole(session, ["ops", "approver", "legal", "finance_preparer", "finance_releaser", "auditor", "admin"]) && <Absences creatorId={id} editable={hasRole(session, ["ops", "admin"])} />}
          <Section title="Accounts"><Accounts creator={creator} brandId={kept?.brand_id} /></Section>
          <Section title="Addresses">
            {creator.contacts.length === 0 && <p className="soft" style={{ margin: 0 }}>No address is known.</p>}
            {contactRoles.map(({ role, title }) => {
              const contacts = creator.contacts.filter((contact) => contact.role === role);
              return contacts.length > 0 && (
                <div key={role}>
                  <h3 className={classes.group}>{title}</h3>
                  <ul className={classes.lines}>
                    {contacts.map((contact) => (
                      <li key={contact.id ?? contact.email}><span style={{ overflowWrap: "anywhere" }}>{contact.email}{contact.name && <span className="soft"> {contact.name}</span>}</span></li>
                    ))}
                  </ul>
                </div>
              );
            })}
          </Section>
        </div>
      </div>
      {open === "edit" && <EditDialog creator={creator} etag={etag} onClose={() => setOpen(null)} />}
      {open === "merge" && (
        <MergeDialog creator={creator} onClose={() => setOpen(null)} onMerged={(survivor) => survivor !== id && void navigate({ to: "/creators/$id", params: { id: survivor }, search: (search) => ({ ...search, was: id }) })} />
      )}
      {(open === "contact" || open === "ban") && <SwitchDialog creator={creator} what={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

const contactRoles: { role: Contact["role"]; title: string }[] = [
  { role: "creator", title: "The creator" },
  { role: "manager", title: "Agents and managers" },
  { role: "finance", title: "Finance" },
];

function AccountLink({ account }: { account: SocialAccount }) {
  if (!account.url || !/^https?:/.test(account.url)) return account.handle;
  return <a href={account.url} target="_blank" rel="noreferrer noopener">{account.handle} <IconExternalLink size={12} aria-label="opens elsewhere" /></a>;
}

/** Accounts with their followers: the newest count, where it comes from, and how it came about. */
function Accounts({ creator, brandId }: { creator: Creator; brandId: string | undefined }) {
  const profile = useQuery({ ...creatorProfileQuery(creator.id, brandId ?? ""), enabled: brandId !== undefined });
  if (creator.accounts.length === 0) return <p className="soft" style={{ margin: 0 }}>No account is known.</p>;
  return (
    <ul className={classes.lines}>
      {creator.accounts.map((account) => {
        const counts = (profile.data?.data.followers ?? []).filter(({ account_id }) => account_id === account.id);
        const newest = newestCount(counts);
        const followers = newest?.followers ?? account.followers;
        const asOf = newest?.as_of ?? account.followers_as_of;
        return (
          <li key={account.id ?? `${account.platform}-${account.handle}`}>
            <span><AccountLink account={account} /> <span className="soft">{account.platform}</span></span>
            <span className="tabular" title={asOf && `As of ${dateText(asOf)}`}>
              {followers?.toLocaleString("en") ?? ""}{newest && <span className="soft"> {sourceWords[newest.source]}</span>}
            </span>
            <div style={{ flexBasis: "100%" }}><FollowerChart handle={account.handle} counts={counts} /></div>
          </li>
        );
      })}
    </ul>
  );
}

/** Do-not-contact and ban: two switches, each with its reason and its consequences said first. */
function SwitchDialog({ creator, what, onClose }: { creator: Creator; what: "contact" | "ban"; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const lifting = what === "ban" ? creator.banned : creator.do_not_contact;
  const says = what === "ban"
    ? lifting
      ? { title: "Lift the ban", verb: "Lift the ban", text: "Exactly what the ban changed is put back: timers, payouts that were held, and links." }
      : { title: "Ban this creator", verb: "Ban creator", text: "In every partnership timers stop, what is not yet paid is held or cancelled, and the creator’s links stop working. It can be lifted." }
    : lifting
      ? { title: "Allow contact again", verb: "Allow contact", text: "Outreach may write to this creator again." }
      : { title: "Do not contact", verb: "Stop writing", text: "No outreach is sent any more, in no campaign. Running contracts and payments go on." };
  const act = useAct({
    run: ({ reason }: { reason: string }, key) => {
      const params = { path: { id: creator.id }, header: { "Idempotency-Key": key } };
      return what === "ban"
        ? body(api.POST("/v1/creators/{id}/ban", { params, body: { banned: !lifting, reason } }))
        : body(api.POST("/v1/creators/{id}/do-not-contact", { params, body: { do_not_contact: !lifting, reason: reason || undefined } }));
    },
    done: says.title,
    close: onClose,
    touches: ["creator", "partnership", "payout"],
  });
  return (
    <Modal opened onClose={onClose} title={says.title}>
      <form onSubmit={(event) => { event.preventDefault(); act.mutate({ reason }); }}>
        <Stack>
          <p style={{ margin: 0 }}>{says.text}</p>
          <Textarea label="Reason" description="Kept in the history" required={what === "ban"} autosize minRows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} error={act.error?.byField.reason} />
          <ProblemNotice problem={act.error} shownFields={["reason"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" color={what === "ban" && !lifting ? "red" : undefined} loading={act.isPending}>{says.verb}</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const locales: Record<Locale, string> = { en: "English", de: "German" };

interface Values {
  name: string;
  country: string;
  zone: string;
  language: string;
  locale: string;
  tags: string[];
  contacts: (Omit<Contact, "name"> & { name: string })[];
  accounts: SocialAccount[];
}

function EditDialog({ creator, etag, onClose }: { creator: Creator; etag: string | undefined; onClose: () => void }) {
  // What the person started from: a change made by somebody else meanwhile must not slip in unseen.
  const [tag] = useState(etag);
  const form = useForm<Values>({
    initialValues: {
      name: creator.name,
      country: creator.country ?? "",
      zone: creator.zone ?? "",
      language: creator.language ?? "",
      locale: creator.locale ?? "",
      tags: creator.tags,
      contacts: creator.contacts.map((contact) => ({ ...contact, name: contact.name ?? "" })),
      accounts: creator.accounts,
    },
  });
  const save = useAct({
    run: (edit: CreatorEdit) => body(api.PATCH("/v1/creators/{id}", { params: { path: { id: creator.id }, header: { "If-Match": tag } }, body: edit })),
    done: "Creator saved",
    close: onClose,
    touches: ["creator", "partnership"],
  });
  return (
    <Modal opened onClose={onClose} title={`Edit ${creator.name}`} size="lg">
      <form
        noValidate
        onSubmit={form.onSubmit(({ contacts, accounts, ...values }) =>
          save.mutate(
            {
              ...values,
              contacts: contacts.map((contact) => ({ ...contact, name: contact.name || undefined })),
              accounts: accounts.map((account) => ({ ...account, followers: typeof account.followers === "number" ? account.followers : undefined })),
            },
            { onError: (problem) => form.setErrors(problem.byField) },
          ),
        )}
      >
        <Stack>
          <TextInput label="Name" required {...form.getInputProps("name")} />
          <Group grow align="flex-start">
            <TextInput label="Country" placeholder="DE" {...form.getInputProps("country")} />
            <TextInput label="Time zone" placeholder="Europe/Berlin" {...form.getInputProps("zone")} />
            <TextInput label="Language" placeholder="de" {...form.getInputProps("language")} />
          </Group>
          <NativeSelect label="Their pages and our mails are in" description="They can choose another on their page" data={[{ value: "", label: "Not chosen: as their browser says, mails in English" }, ...Object.entries(locales).map(([value, label]) => ({ value, label }))]} {...form.getInputProps("locale")} />
          <TagsInput label="Tags" description="Press Enter after each" {...form.getInputProps("tags")} />
          <strong>Addresses</strong>
          {form.values.contacts.map((_, at) => (
            <Group key={at} align="flex-end" wrap="nowrap">
              <TextInput label="E-mail" flex={2} {...form.getInputProps(`contacts.${at}.email`)} />
              <TextInput label="Name" flex={1} {...form.getInputProps(`contacts.${at}.name`)} />
              <NativeSelect label="Who" data={[{ value: "creator", label: "Creator" }, { value: "manager", label: "Manager" }, { value: "finance", label: "Finance" }]} {...form.getInputProps(`contacts.${at}.role`)} />
              <ActionIcon mb={4} aria-label={`Remove address ${at + 1}`} onClick={() => form.removeListItem("contacts", at)}><IconTrash size={16} aria-hidden /></ActionIcon>
            </Group>
          ))}
          <Group>
            <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem("contacts", { role: "creator", email: "", name: "" })}>Add an address</Button>
          </Group>
          <strong>Accounts</strong>
          {form.values.accounts.map((_, at) => (
            <Group key={at} align="flex-end" wrap="nowrap">
              <TextInput label="Platform" flex={1} {...form.getInputProps(`accounts.${at}.platform`)} />
              <TextInput label="Handle" flex={1} {...form.getInputProps(`accounts.${at}.handle`)} />
              <NumberInput label="Followers" flex={1} min={0} thousandSeparator="," hideControls {...form.getInputProps(`accounts.${at}.followers`)} />
              <ActionIcon mb={4} aria-label={`Remove account ${at + 1}`} onClick={() => form.removeListItem("accounts", at)}><IconTrash size={16} aria-hidden /></ActionIcon>
            </Group>
          ))}
          <Group>
            <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => form.insertListItem("accounts", { platform: "youtube", handle: "" })}>Add an account</Button>
          </Group>
          <ProblemNotice problem={save.error} shownFields={Object.keys(form.errors)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Leave it as it is</Button>
            <Button type="submit" loading={save.isPending}>Save creator</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
