import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";

/** The ways in which a list or a paper can be kept, and what people call them. */
const formats = { csv: "CSV", xlsx: "Excel", pdf: "PDF", json: "JSON" };

type Format = keyof typeof formats;

/** The address of a file, with what it is filtered by. */
export function fileAddress(path: string, query: Record<string, string | number | string[] | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined && one !== "") search.append(name, String(one));
  }
  return search.size ? `${path}?${search.toString()}` : path;
}

/** Keeps what a page shows, as filtered, in one of several forms. */
export function Downloads({ path, query, as, label = "Export", small = false }: {
  path: string;
  query: Record<string, string | number | string[] | undefined>;
  as: Format[];
  label?: string;
  small?: boolean;
}) {
  return (
    <Button.Group>
      {as.map((format, at) => (
        <Button
          key={format}
          variant="default"
          size={small ? "xs" : "sm"}
          leftSection={at === 0 && <IconDownload size={16} aria-hidden />}
          component="a"
          href={fileAddress(path, { ...query, format })}
          aria-label={`${label} ${formats[format]}`}
          download
        >
          {at === 0 ? `${label} ${formats[format]}` : formats[format]}
        </Button>
      ))}
    </Button.Group>
  );
}
