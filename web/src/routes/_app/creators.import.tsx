import { Button, FileInput, Group, NativeSelect, SegmentedControl, SimpleGrid, Stack } from "@mantine/core";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body, form } from "../../api/client";
import type { ImportForm, ImportResult, ImportRow } from "../../api/schema";
import { columns, DataTable } from "../../components/DataTable";
import { LoadingLines } from "../../components/Loading";
import { EmptyState, Notice, ProblemNotice } from "../../components/Notice";
import { Page, Section } from "../../components/Page";
import { StatusChip } from "../../components/StatusChip";
import { headerOf } from "../../lib/csv";
import { looks, words } from "../../lib/states";

export const Route = createFileRoute("/_app/creators/import")({ component: Import });

// What a column can fill, in the words of a form. The API knows the same fields.
const fields: Record<string, string> = {
  name: "Name",
  handle: "Handle",
  platform: "Platform",
  platform_id: "Id on the platform",
  url: "Address of the profile",
  email: "E-mail",
  contact_name: "Name of the contact",
  country: "Country",
  followers: "Followers",
  as_of: "Followers measured on",
  zone: "Time zone",
  language: "Language",
  tags: "Tags",
};

type Mapping = Record<string, string>;

/** The same upload, tried out (dry run) or applied. */
function upload(file: File, mapping: Mapping | undefined, dry: boolean, key: string): Promise<ImportResult> {
  return body(api.POST("/v1/creators/imports", {
    params: { query: { dry_run: dry || undefined }, header: { "Idempotency-Key": key } },
    // The generated type names the form's fields; what is sent is the form itself, with the file in it.
    body: form({ file, mapping: mapping && JSON.stringify(mapping) }) as unknown as ImportForm,
    bodySerializer: (data) => data as unknown as FormData,
  }));
}

function Import() {
  const [file, setFile] = useState<File | null>(null);
  const [header, setHeader] = useState<string[]>([]);
  const [mapping, setMapping] = useState<Mapping>();

  const check = useAct({ run: (what: { file: File; mapping: Mapping | undefined }, key) => upload(what.file, what.mapping, true, key) });
  const apply = useAct({
    run: (what: { file: File; mapping: Mapping | undefined }, key) => upload(what.file, what.mapping, false, key),
    done: "The list was imported",
    touches: ["creator", "task"],
  });

  const choose = (chosen: File | null) => {
    setFile(chosen);
    setMapping(undefined);
    check.reset();
    apply.reset();
    if (!chosen) return;
    void headerOf(chosen).then(setHeader);
    check.mutate({ file: chosen, mapping: undefined });
  };
  const map = (field: string, column: string) => {
    if (!file) return;
    const next = { ...(mapping ?? check.data?.mapping), [field]: column };
    setMapping(next);
    check.mutate({ file, mapping: next });
  };

  const result = apply.data ?? check.data;
  const writes = (check.data?.counts.create ?? 0) + (check.data?.counts.update ?? 0);
  const names = result?.columns ?? header;

  return (
    <Page title="Import creators" up={{ to: "/creators", label: "Creators" }} under="You see what every row would do before anything is written. Importing the same file again changes nothing.">
      <Section title="1. The file">
        <FileInput
          label="CSV file"
          description="With a line of column names; any delimiter; at most 100,000 rows"
          placeholder="Choose a file"
          accept=".csv,text/csv,text/plain"
          leftSection={<IconFileSpreadsheet size={16} aria-hidden />}
          clearable
          clearButtonProps={{ "aria-label": "Take the file away" }}
          value={file}
          onChange={choose}
          maw={420}
        />
      </Section>

      {file && (
        <Section title="2. What the columns mean">
          <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
            {Object.entries(fields).map(([field, label]) => (
              <NativeSelect
                key={field}
                label={label}
                value={(mapping ?? check.data?.mapping)?.[field] ?? ""}
                onChange={(event) => map(field, event.currentTarget.value)}
                data={[{ value: "", label: "Not in the file" }, ...names.map((name) => ({ value: name, label: name }))]}
                error={check.error?.byField[`mapping.${field}`]}
                disabled={Boolean(apply.data)}
              />
            ))}
          </SimpleGrid>
        </Section>
      )}

      <ProblemNotice problem={apply.error ?? check.error} shownFields={Object.keys(fields).map((field) => `mapping.${field}`)} />

      {file && (result ?? check.isPending) && (
        <Section
          title={apply.data ? "3. What was done" : "3. What each row would do"}
          flush
          actions={!apply.data && check.data && (
            <Button disabled={writes === 0} loading={apply.isPending || check.isPending} onClick={() => apply.mutate({ file, mapping: mapping ?? check.data.mapping })}>
              {writes === 0 ? "Nothing to import" : `Import ${writes.toLocaleString("en")} ${writes === 1 ? "row" : "rows"}`}
            </Button>
          )}
        >
          {result ? <Verdicts result={result} /> : <div style={{ padding: 16 }}><LoadingLines /></div>}
        </Section>
      )}
      {apply.data && (
        <Notice tone="progress" title="Imported" role="status">
          <Link to="/creators">Go to the creators</Link>. Rows that were invalid or duplicates changed nothing; mend the file and import it again.
        </Notice>
      )}
    </Page>
  );
}

const cols = columns<ImportRow>([
  { id: "row", header: "Row", cell: ({ row }) => <span className="tabular">{row}</span>, phone: "fact" },
  { id: "verdict", header: "Verdict", cell: ({ verdict }) => <StatusChip noun="verdict" state={verdict} />, phone: "head" },
  { id: "name", header: "Name", cell: ({ name, handle, of_creator_id }) => <>{of_creator_id ? <Link to="/creators/$id" params={{ id: of_creator_id }}>{name ?? handle}</Link> : name}<span className="soft"> {handle}</span></>, phone: "head" },
  {
    id: "why",
    header: "Why",
    cell: ({ problems = [], notes = [], of_row }) => (
      <Stack gap={0}>
        {of_row !== undefined && <span>The same creator as in row {of_row}</span>}
        {problems.map(({ field, detail }) => <span key={`${field}-${detail}`}>{fields[field] ?? words(field)}: {detail}</span>)}
        {notes.map((note) => <span key={note} className="soft">{note}</span>)}
      </Stack>
    ),
  },
]);

const step = 100;

function Verdicts({ result }: { result: ImportResult }) {
  const [only, setOnly] = useState("all");
  const [shown, setShown] = useState(step);
  const rows = result.rows.filter(({ verdict }) => only === "all" || verdict === only);
  const verdicts = ["create", "update", "unchanged", "duplicate", "invalid"] as const;
  return (
    <Stack gap={0}>
      <Group p="sm" gap="xs">
        <SegmentedControl
          aria-label="Show only"
          value={only}
          onChange={(value) => {
            setOnly(value);
            setShown(step);
          }}
          data={[
            { value: "all", label: `All ${Object.values(result.counts).reduce((sum, count) => sum + count, 0).toLocaleString("en")}` },
            ...verdicts.map((verdict) => ({ value: verdict, label: `${looks.verdict[verdict].word} ${(result.counts[verdict] ?? 0).toLocaleString("en")}` })),
          ]}
        />
      </Group>
      <DataTable
        label="Rows of the file"
        flush
        columns={cols}
        rows={rows.slice(0, shown)}
        rowId={({ row }) => String(row)}
        empty={<EmptyState icon={IconFileSpreadsheet} title={only === "all" ? "The file has no rows" : "No row has this verdict"}>{only === "all" ? "Choose another file." : "Choose another verdict above."}</EmptyState>}
      />
      <Group p="sm" justify="space-between">
        <span className="soft">
          {Math.min(shown, rows.length).toLocaleString("en")} of {rows.length.toLocaleString("en")} listed
          {result.rows_left_out > 0 && `; ${result.rows_left_out.toLocaleString("en")} more rows are counted but not listed`}
        </span>
        {rows.length > shown && <Button variant="default" size="xs" onClick={() => setShown(shown + step)}>Show more rows</Button>}
      </Group>
    </Stack>
  );
}
